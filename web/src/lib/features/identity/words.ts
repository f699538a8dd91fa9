/** The names of the measure, in the artist's words. */
import type { Attribute, Route, RouteChoice } from '$lib/api/types';

interface RouteWords {
  label: string;
  /** What is compared on this way. */
  looksAt: string;
}

export const ROUTES: Record<Route, RouteWords> = {
  photographic: { label: 'Face', looksAt: 'the face, as in photographs' },
  illustrated: {
    label: 'Drawn face',
    looksAt: 'the drawn character, by a model made for drawings',
  },
  appearance: { label: 'Whole figure', looksAt: 'the whole figure without its background' },
};

export const ROUTE_CHOICES: readonly { value: RouteChoice; label: string; note: string }[] = [
  {
    value: 'auto',
    label: 'By itself',
    note: 'Faces where two detectors agree on one, the whole figure otherwise.',
  },
  { value: 'photographic', label: ROUTES.photographic.label, note: 'For people.' },
  { value: 'illustrated', label: ROUTES.illustrated.label, note: 'For drawn people.' },
  {
    value: 'appearance',
    label: ROUTES.appearance.label,
    note: 'For animals, robots and everybody without a human face.',
  },
];

export function routeLabel(route: string): string {
  return isRoute(route) ? ROUTES[route].label : route;
}

export function routeLooksAt(route: string): string {
  return isRoute(route) ? ROUTES[route].looksAt : route;
}

function isRoute(route: string): route is Route {
  return route in ROUTES;
}

export const ATTRIBUTE_LABELS: Record<Attribute['name'], string> = {
  hair: 'Hair',
  palette: 'Costume',
};

/** Colours this far apart (CIEDE2000) or nearer are the same colour to most eyes. */
const UNSEEN = 2.3;

/** What a colour difference means to somebody who does not know CIEDE2000. */
export function differenceWord(deltaE: number): string {
  if (deltaE <= UNSEEN) return 'no visible difference';
  if (deltaE <= 6) return 'a small difference';
  if (deltaE <= 15) return 'a clear difference';
  return 'another colour';
}
