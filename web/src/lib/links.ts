/** Every address inside the app. */
export const links = {
  home: () => '/',
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in'),
  gallery: (projectId: string) => `/p/${projectId}/gallery`,
  assets: (projectId?: string) => (projectId ? `/p/${projectId}/assets` : '/assets'),
  people: (projectId: string) => `/p/${projectId}/people`,
  character: (projectId: string, characterId: string) => `/p/${projectId}/c/${characterId}`,
  variation: (projectId: string, characterId: string, variationId: string) =>
    `/p/${projectId}/c/${characterId}?look=${variationId}`,
  settings: () => '/settings',
  adminPeople: () => '/admin/people',
};
