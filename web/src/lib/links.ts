/** Every address inside the app. */
export const links = {
  home: () => '/',
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in'),
  gallery: (projectId: string) => `/p/${projectId}/gallery`,
  assets: (projectId?: string) => (projectId ? `/p/${projectId}/assets` : '/assets'),
  check: (projectId: string) => `/p/${projectId}/check`,
  alerts: (projectId: string) => `/p/${projectId}/alerts`,
  decisions: (projectId: string) => `/p/${projectId}/decide`,
  decision: (projectId: string, decisionId: string) => `/p/${projectId}/decide/${decisionId}`,
  pairs: (projectId: string) => `/p/${projectId}/pairs`,
  people: (projectId: string) => `/p/${projectId}/people`,
  character: (projectId: string, characterId: string) => `/p/${projectId}/c/${characterId}`,
  consistency: (projectId: string, characterId: string) =>
    `/p/${projectId}/c/${characterId}/consistency`,
  /** Every change of the character; with two numbers, those two compared. */
  versions: (
    projectId: string,
    characterId: string,
    pair?: { from: number; to: number; held?: boolean },
  ) =>
    `/p/${projectId}/c/${characterId}/versions` +
    (pair ? `?from=${pair.from}&to=${pair.to}${pair.held ? '&held' : ''}` : ''),
  /** Two pictures of the character, side by side on its consistency page. */
  pair: (projectId: string, characterId: string, left: string, right: string) =>
    `/p/${projectId}/c/${characterId}/consistency?pair=${left},${right}`,
  variation: (projectId: string, characterId: string, variationId: string) =>
    `/p/${projectId}/c/${characterId}?look=${variationId}`,
  /** The picture with one of its notes picked out. */
  note: (projectId: string, characterId: string, variationId: string, noteId: string) =>
    `/p/${projectId}/c/${characterId}?look=${variationId}&note=${noteId}`,
  /** Pictures with their notes drawn on them, to take along. */
  annotated: (characterId: string, kind: 'png' | 'pdf' | 'zip', variationId?: string) =>
    `/api/v1/characters/${characterId}/annotated.${kind}` +
    (variationId ? `?variation_id=${variationId}` : ''),
  inbox: () => '/inbox',
  /** What happened, in all or to one character or by one person. */
  activity: (projectId: string, only: { character?: string; person?: string } = {}) => {
    const chosen = new URLSearchParams(Object.entries(only).filter(([, id]) => id));
    return `/p/${projectId}/activity${chosen.size > 0 ? `?${chosen.toString()}` : ''}`;
  },
  settings: () => '/settings',
  identity: () => '/identity',
  functions: () => '/functions',
  queue: (projectId?: string | null) => (projectId ? `/p/${projectId}/queue` : '/queue'),
  adminPeople: () => '/admin/people',
  adminShares: () => '/admin/shares',
};
