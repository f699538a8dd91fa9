/**
 * Face lock: each picture is moved, turned and scaled so that its face lies where the face of the
 * first one lies. A similarity is the complex map z → αz + β; the one that brings points nearest
 * to others in the least-squares sense has a closed form.
 */

export type Point = readonly [x: number, y: number];

/** (x, y) → (a·x − b·y + x0, b·x + a·y + y0), in pixels. */
export interface Similarity {
  a: number;
  b: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Points of the face as shares of the picture's width and height, by name. */
export type Landmarks = Readonly<Record<string, readonly number[]>>;

export const IDENTITY: Similarity = { a: 1, b: 0, x: 0, y: 0 };

/** The points that stay on the skull: a chin drops when a mouth opens. */
const STEADY = ['eye_left', 'eye_right', 'nose_tip', 'mouth_left', 'mouth_right'];
const FEWEST = 2;

export function apply({ a, b, x, y }: Similarity, [px, py]: Point): Point {
  return [a * px - b * py + x, b * px + a * py + y];
}

/** Where a point came from; of a similarity that shrinks all to one point the origin. */
export function unapply({ a, b, x, y }: Similarity, [px, py]: Point): Point {
  const grown = a * a + b * b;
  if (grown === 0) return [0, 0];
  const [u, v] = [px - x, py - y];
  return [(a * u + b * v) / grown, (a * v - b * u) / grown];
}

/** First `inner`, then `outer`. */
export function compose(outer: Similarity, inner: Similarity): Similarity {
  const [x, y] = apply(outer, [inner.x, inner.y]);
  return {
    a: outer.a * inner.a - outer.b * inner.b,
    b: outer.a * inner.b + outer.b * inner.a,
    x,
    y,
  };
}

/** The similarity that brings `from` nearest to `to`; null when the points are all in one place. */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity | null {
  const [fx, fy] = mean(from);
  const [tx, ty] = mean(to);
  let a = 0;
  let b = 0;
  let spread = 0;
  from.forEach(([px, py], index) => {
    const [qx, qy] = to[index] ?? [0, 0];
    const [ux, uy, vx, vy] = [px - fx, py - fy, qx - tx, qy - ty];
    a += ux * vx + uy * vy;
    b += ux * vy - uy * vx;
    spread += ux * ux + uy * uy;
  });
  if (from.length < FEWEST || spread === 0 || (a === 0 && b === 0)) return null;
  a /= spread;
  b /= spread;
  return { a, b, x: tx - (a * fx - b * fy), y: ty - (b * fx + a * fy) };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  const count = Math.max(points.length, 1);
  return [sum[0] / count, sum[1] / count];
}

function pixels(landmarks: Landmarks, names: readonly string[], size: Size): Point[] {
  return names.map((name) => {
    const [x = 0, y = 0] = landmarks[name] ?? [];
    return [x * size.width, y * size.height];
  });
}

/** From pixels of one picture to those of another, by their faces; null where one has none. */
export function lockTo(
  landmarks: Landmarks | null,
  size: Size,
  onto: Landmarks | null,
  ontoSize: Size,
): Similarity | null {
  if (!landmarks || !onto) return null;
  const names = STEADY.filter((name) => landmarks[name] && onto[name]);
  return fitSimilarity(pixels(landmarks, names, size), pixels(onto, names, ontoSize));
}

/** From a picture's pixels to a cell's: the whole picture, as large as fits, in the middle. */
export function contain(size: Size, cell: Size): Similarity {
  const scale = Math.min(cell.width / size.width, cell.height / size.height) || 1;
  return {
    a: scale,
    b: 0,
    x: (cell.width - scale * size.width) / 2,
    y: (cell.height - scale * size.height) / 2,
  };
}

/** As CSS writes it, for an element whose origin is its upper left corner. */
export function matrix({ a, b, x, y }: Similarity): string {
  return `matrix(${[a, b, -b, a, x, y].map((value) => value.toFixed(5)).join(', ')})`;
}
