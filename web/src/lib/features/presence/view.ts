/** What a window shows, in measures that hold in a window of another size. */
import type { Schemas } from '$lib/api/types';

/** Which part of a picture is seen. */
export type Part = Pick<Schemas['PictureView'], 'zoom' | 'middle'>;

export interface Fitted {
  left: number;
  top: number;
  across: number;
  down: number;
}

export interface Moved {
  scale: number;
  x: number;
  y: number;
}

/** Where a picture lies that is fitted into a box; all in pixels. */
export function fit(width: number, height: number, aspect: number): Fitted {
  const across = Math.min(width, height * aspect);
  const down = across / (aspect || 1);
  return { left: (width - across) / 2, top: (height - down) / 2, across, down };
}

const DIGITS = 10_000;
const round = (value: number): number => Math.round(value * DIGITS) / DIGITS;
const between = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));

/** Which part of the picture a zoom about the middle of the box shows. */
export function seenOf({ scale, x, y }: Moved, { across, down }: Fitted): Part {
  const middle = (moved: number, size: number): number =>
    size > 0 ? between(round(0.5 - moved / (scale * size)), -1, 2) : 0.5;
  return { zoom: between(scale, 1, 16), middle: [middle(x, across), middle(y, down)] };
}

/** The zoom that shows the same part here. */
export function movedTo({ zoom, middle: [mx, my] }: Part, { across, down }: Fitted): Moved {
  if (zoom <= 1) return { scale: 1, x: 0, y: 0 };
  return { scale: zoom, x: (0.5 - mx) * zoom * across, y: (0.5 - my) * zoom * down };
}

export interface Scrolled {
  scroll: number;
  anchor: string | null;
  offset: number;
}

/** Things that are on the same page of anybody's window. */
const ANCHORS = 'main [id^="slot-"], main [id^="cell-"], main h2[id]';

/** How far the page is scrolled: as a share, and by what stands at the top. */
export function scrolled(page: Document = document): Scrolled {
  const root = page.documentElement;
  const room = root.scrollHeight - root.clientHeight;
  const scroll = room > 0 ? between(round(root.scrollTop / room), 0, 1) : 0;
  if (scroll === 0) return { scroll, anchor: null, offset: 0 };
  for (const element of page.querySelectorAll(ANCHORS)) {
    // what stands beside the page does not move with it
    if (element.closest('aside')) continue;
    const { top, bottom, height } = element.getBoundingClientRect();
    if (bottom <= 0 || height === 0) continue;
    return { scroll, anchor: element.id, offset: between(round(top / height), -1000, 1000) };
  }
  return { scroll, anchor: null, offset: 0 };
}

/** Scrolls to the same place. */
export function scrollTo({ scroll, anchor, offset }: Scrolled, page: Document = document): void {
  const root = page.documentElement;
  const element = anchor ? page.getElementById(anchor) : null;
  if (element) {
    const { top, height } = element.getBoundingClientRect();
    root.scrollTop += top - offset * height;
  } else {
    root.scrollTop = scroll * (root.scrollHeight - root.clientHeight);
  }
}
