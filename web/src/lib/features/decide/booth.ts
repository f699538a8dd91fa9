/** Where somebody votes: the same page for a person of the house and for a guest. */
import type { Ballot, FileRef, PairShown, Schemas } from '$lib/api/types';

export interface Booth {
  vote: (candidateId: string, vote: Ballot) => void;
  nextPair: () => Promise<PairShown | null>;
  compare: (pair: Schemas['PairWrite']) => Promise<void>;
  comment: (said: Schemas['CommentWrite']) => Promise<boolean>;
  /** Address of a picture: by session, or signed for a guest. */
  url: (file: FileRef, variant: 'preview' | 'original') => string;
}
