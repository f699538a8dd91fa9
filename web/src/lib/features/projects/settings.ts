/** What a project can be set to. */
import type { AspectRatio, Tier } from '$lib/api/types';

export const ASPECT_RATIOS: readonly { value: AspectRatio; label: string }[] = [
  { value: '16:9', label: '16:9, television' },
  { value: '1.85:1', label: '1.85:1, cinema flat' },
  { value: '2.39:1', label: '2.39:1, cinema scope' },
  { value: '4:3', label: '4:3, academy' },
  { value: '1:1', label: '1:1, square' },
  { value: '9:16', label: '9:16, upright' },
];

export const QUALITIES: readonly { value: Tier; label: string; note: string }[] = [
  { value: 'low', label: 'Low', note: '5 pictures a character; works without a GPU' },
  { value: 'standard', label: 'Standard', note: '10 pictures a character, 16 GB GPU' },
  { value: 'high', label: 'High', note: '20 pictures a character, 24 GB GPU' },
];
