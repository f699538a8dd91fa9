/** Names for the records of the API. Their shapes are generated from openapi.json. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type CharacterRead = Schemas['CharacterRead'];
export type FileRef = Schemas['FileRef'];
export type Finding = Schemas['Finding'];
export type FullSync = Schemas['FullSync'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Invitation = Schemas['Invitation'];
export type MemberRead = Schemas['MemberRead'];
export type PersonHere = Schemas['PresentPerson'];
export type PersonRead = Schemas['PersonRead'];
export type ProblemBody = Schemas['Problem'];
export type ProjectCard = Schemas['ProjectCard'];
export type ProjectRead = Schemas['ProjectRead'];
export type ProjectTeamRead = Schemas['ProjectTeamRead'];
export type Recipe = Schemas['Recipe'];
export type Role = Schemas['Role'];
export type SessionRead = Schemas['SessionRead'];
export type SlotRead = Schemas['SlotRead'];
export type TeamRead = Schemas['TeamRead'];
export type TokenRead = Schemas['TokenRead'];
export type TrainingJobRead = Schemas['TrainingJobRead'];
export type UserRead = Schemas['UserRead'];
export type VariationRead = Schemas['VariationRead'];

export type NewCharacter = Schemas['CharacterCreate'];
export type NewProject = Schemas['ProjectCreate'];
export type NewUser = Schemas['UserCreate'];

/** openapi-fetch reads a tuple as a list, so the face's box is one here. */
export type FaceRead = Omit<Schemas['FaceRead'], 'box'> & { box: number[] };
export type ReferenceRead = Omit<Schemas['ReferenceRead'], 'face'> & { face: FaceRead | null };

export type ServerMessage = Schemas['ServerMessage'];

export type AspectRatio = NonNullable<Schemas['ProjectSettings']['aspect_ratio']>;
export type Importance = CharacterRead['importance'];
export type JobState = Schemas['State'];
export type Tier = CharacterRead['tier'];
export type Tone = Finding['tone'];
export type Verdict = NonNullable<VariationRead['verdict']>;
