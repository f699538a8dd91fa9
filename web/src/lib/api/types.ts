/** Names for the records of the API. Their shapes are generated from openapi.json. */
import type { components } from './schema';

export type Schemas = components['schemas'];

export type ActivityEntry = Schemas['ActivityEntry'];
export type AlertRead = Schemas['AlertRead'];
export type Attribute = Schemas['Attribute'];
export type CalibrationRead = Schemas['CalibrationRead'];
export type ChangePoint = Schemas['ChangePoint'];
export type Ballot = Schemas['VoteWrite'];
export type CandidateRead = Omit<Schemas['CandidateRead'], 'landmarks'> & {
  landmarks: Record<string, number[]> | null;
};
export type CarriedNote = Omit<Schemas['CarriedNote'], 'mark'> & { mark: NoteMark | null };
export type CharacterRead = Schemas['CharacterRead'];
export type ConsistencyItem = Schemas['ConsistencyItem'];
export type Curve = Schemas['Curve'];
export type DecisionRead = Omit<Schemas['DecisionRead'], 'candidates'> & {
  candidates: CandidateRead[];
};
export type DecisionView = Omit<Schemas['DecisionView'], 'decision'> & { decision: DecisionRead };
export type Disagreement = Schemas['Disagreement'];
export type Drift = Schemas['Drift'];
export type EncoderRead = Schemas['EncoderRead'];
export type FieldConflict = Schemas['FieldConflict'];
export type Following = Schemas['Following'];
export type FileRef = Schemas['FileRef'];
export type Finding = Schemas['Finding'];
export type FunctionRead = Schemas['FunctionRead'];
export type FullSync = Schemas['FullSync'];
export type GoldenRead = Schemas['GoldenRead'];
export type GoldenResult = Schemas['GoldenResult'];
export type GoldenRunRead = Schemas['GoldenRunRead'];
export type GoldenSlot = Schemas['GoldenSlot'];
export type GuestView = Omit<Schemas['GuestView'], 'view'> & { view: DecisionView };
export type HistoryEntry = Schemas['HistoryEntry'];
export type Invitation = Schemas['Invitation'];
export type JudgementUpdated = Schemas['JudgementUpdated'];
export type Look = Schemas['Look'];
export type MemberRead = Schemas['MemberRead'];
export type PairRead = Schemas['PairRead'];
export type PairShown = Schemas['PairShown'];
/** Places are shares of the picture's width and height. */
export type NoteMark =
  | { kind: 'point'; at: number[] }
  | { kind: 'box' | 'arrow'; start: number[]; end: number[] }
  | { kind: 'freehand'; points: number[][] };
export type NoticeGroup = Schemas['Group'];
export type NoticeRead = Schemas['NoticeRead'];
export type NoteRead = Omit<Schemas['NoteRead'], 'mark'> & { mark: NoteMark | null };
export type NoteWrite = Omit<Schemas['NoteWrite'], 'mark'> & { mark: NoteMark | null };
export type PersonHere = Schemas['PresentPerson'];
export type PersonRead = Schemas['PersonRead'];
export type ProblemBody = Schemas['Problem'];
export type ProjectCard = Schemas['ProjectCard'];
export type ProjectRead = Schemas['ProjectRead'];
export type RepositoryRead = Schemas['RepositoryRead'];
export type ProjectTeamRead = Schemas['ProjectTeamRead'];
export type QueueBatchDone = Schemas['QueueBatchDone'];
export type QueueItem = Schemas['QueueItem'];
export type QueueRead = Schemas['QueueRead'];
export type QueueElsewhere = Schemas['QueueElsewhere'];
export type GenerateRequest = Schemas['GenerateRequest'];
export type ShareRead = Schemas['ShareRead'];
export type ShareUpdate = Schemas['ShareUpdate'];
export type QueueRight = QueueItem['rights'][number];
export type QueueVerb = Schemas['QueueBatch']['verb'];
export type SinceVisit = Schemas['SinceVisit'];
export type Unread = Schemas['Unread'];
export type PresentScore = Schemas['PresentScore'];
export type Recipe = Schemas['Recipe'];
export type ReferenceSetRead = Schemas['ReferenceSetRead'];
export type ReliabilityBin = Schemas['ReliabilityBin'];
export type ReviewLinkRead = Schemas['ReviewLinkRead'];
export type Role = Schemas['Role'];
export type SessionRead = Schemas['SessionRead'];
export type SimilarPicture = Schemas['SimilarPicture'];
export type SimilarRead = Schemas['SimilarRead'];
export type SlotRead = Schemas['SlotRead'];
export type Tally = Schemas['Tally'];
export type TeamRead = Schemas['TeamRead'];
export type TokenRead = Schemas['TokenRead'];
export type TrainingJobRead = Schemas['TrainingJobRead'];
export type UserRead = Schemas['UserRead'];
export type VariationRead = Schemas['VariationRead'];
export type VerdictTally = Schemas['VerdictTally'];
export type UseSample = Schemas['UseSample'];
export type GpuRead = Schemas['GpuRead'];
export type WorkerRead = Schemas['WorkerRead'];
export type VoterRead = Schemas['VoterRead'];
export type WhatChanged = Schemas['WhatChanged'];

export type VersionRestored = Schemas['VersionRestored'];
export type NewDecision = Schemas['DecisionCreate'];
export type NewReviewLink = Schemas['LinkCreate'];
export type NewCharacter = Schemas['CharacterCreate'];
export type NewProject = Schemas['ProjectCreate'];
export type NewUser = Schemas['UserCreate'];

/** openapi-fetch reads a tuple as a list, so boxes and pairs are lists here. */
export type FaceRead = Omit<Schemas['FaceRead'], 'box'> & { box: number[] };
export type ReferenceRead = Omit<Schemas['ReferenceRead'], 'face'> & { face: FaceRead | null };

export type CheckFace = Omit<Schemas['CheckFace'], 'box'> & { box: number[] };
export type CheckRead = Omit<Schemas['CheckRead'], 'faces'> & { faces: CheckFace[] };
export type Coherence = Omit<Schemas['Coherence'], 'lowest_pair'> & {
  lowest_pair: string[] | null;
};
export type ConsistencyRead = Omit<Schemas['ConsistencyRead'], 'coherence'> & {
  coherence: Coherence;
};

export type VersionRead = Schemas['VersionRead'];
export type VersionNameRead = Schemas['VersionNameRead'];
export type Span = Schemas['Span'];
export type SheetScores = Schemas['SheetScores'];
export type AdapterKept = Schemas['AdapterKept'];
export type ReferenceKept = Schemas['ReferenceKept'];
export type PictureKept = Omit<Schemas['PictureKept'], 'landmarks'> & {
  landmarks: Record<string, number[]> | null;
};
export type PictureChange = Omit<Schemas['PictureChange'], 'before' | 'after'> & {
  before: PictureKept | null;
  after: PictureKept | null;
};
export type VersionDifference = Omit<Schemas['VersionDifference'], 'pictures'> & {
  pictures: PictureChange[];
};

export type ServerMessage = Schemas['ServerMessage'];

export type AspectRatio = NonNullable<Schemas['ProjectSettings']['aspect_ratio']>;
export type Importance = CharacterRead['importance'];
export type Judgement = NonNullable<VerdictTally['mine']>;
export type JobState = Schemas['State'];
export type Route = EncoderRead['route'];
export type RouteChoice = ConsistencyRead['route_choice'];
export type Tier = CharacterRead['tier'];
export type Tone = Finding['tone'];
export type Verdict = NonNullable<VariationRead['verdict']>;
