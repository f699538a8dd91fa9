/** Where somebody votes: the same page for a person of the house and for a guest. */
import type { Ballot, FileRef, PairShown, Schemas } from '$lib/api/types';

export interface Booth {
  vote: (candidateId: string, vote: Ballot) => void;
  nextPair: () => Promise<PairShown | null>;
  /** Keeps which of two is better; false while the server does not have it yet. */
  compare: (pair: Schemas['PairWrite']) => Promise<boolean>;
  /** How many comparisons wait for the network; a guest's page keeps none. */
  unsentPairs?: () => number;
  comment: (said: Schemas['CommentWrite']) => Promise<boolean>;
  /** Address of a picture: by session, or signed for a guest. */
  url: (file: FileRef, variant: 'preview' | 'original') => string;
}
