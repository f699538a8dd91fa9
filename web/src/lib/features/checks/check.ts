/** What a check of any picture found, in words. */
import type { CheckFace, CheckRead } from '$lib/api/types';
import { count, formatPercent } from '$lib/format';

/** Newest first. */
export function newestFirst(checks: readonly CheckRead[]): CheckRead[] {
  return checks.toSorted((a, b) =>
    a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0,
  );
}

export interface FaceWords {
  tone: 'good' | 'warn' | 'none';
  name: string;
  /** "97 %", or empty. */
  number: string;
  /** Why nobody was named, or whom the face also resembles; empty when all is well. */
  note: string;
}

export function faceWords({ character, bleed, reason_text }: CheckFace): FaceWords {
  if (!character) {
    return { tone: 'none', name: 'Nobody we know', number: '', note: reason_text ?? '' };
  }
  const number = formatPercent(character.p_same);
  if (bleed) {
    const note = `Also looks like ${bleed.name} (${formatPercent(bleed.p_same)}): the two have run together.`;
    return { tone: 'warn', name: character.name, number, note };
  }
  return { tone: 'good', name: character.name, number, note: '' };
}

/** The result in one sentence, also for screen readers. */
export function checkSummary(check: CheckRead): string {
  if (check.faces.length === 0) return check.reason_text ?? 'Nobody was found in this picture.';
  const names = check.faces
    .map((face) => face.character?.name)
    .filter((name) => name !== undefined);
  const strangers = check.faces.length - names.length;
  const parts = [
    listed(names),
    strangers > 0 ? `${names.length > 0 ? '' : 'only '}${count(strangers, 'stranger')}` : '',
  ].filter(Boolean);
  return `${capital(parts.join(' and '))}.`;
}

export function missingText(missing: CheckRead['missing']): string {
  return missing.length === 0
    ? ''
    : `Not in the picture: ${listed(missing.map(({ name }) => name))}.`;
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
