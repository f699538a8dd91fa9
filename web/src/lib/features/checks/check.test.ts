import { describe, expect, it } from 'vitest';
import type { CheckFace, CheckRead } from '../../api/types';
import { checkSummary, faceWords, missingText } from './check';

const look = (name: string, p_same: number) => ({ character_id: name, name, p_same, cover: null });
const face = (over: Partial<CheckFace> = {}): CheckFace => ({
  box: [0, 0, 1, 1],
  reason: null,
  reason_text: null,
  character: look('Mara', 0.97),
  bleed: null,
  ...over,
});
const stranger = face({ character: null });
const check = (faces: CheckFace[]) => ({ faces, reason_text: null }) as unknown as CheckRead;

describe('a checked picture', () => {
  it('names who is in it and counts the strangers', () => {
    expect(checkSummary(check([face(), face({ character: look('Pelle', 0.9) })]))).toBe(
      'Mara and Pelle.',
    );
    expect(checkSummary(check([face(), stranger]))).toBe('Mara and 1 stranger.');
    expect(checkSummary(check([stranger, stranger]))).toBe('Only 2 strangers.');
    expect(checkSummary(check([]))).toBe('Nobody was found in this picture.');
  });

  it('warns where two characters have run together', () => {
    const words = faceWords(face({ bleed: look('Pelle', 0.4) }));
    expect(words.tone).toBe('warn');
    expect(words.note).toContain('Also looks like Pelle (40 %)');
    expect(faceWords(face()).tone).toBe('good');
  });

  it('says who is missing', () => {
    expect(missingText([look('Mara', 0.1), { ...look('Pelle', 0), p_same: null }])).toBe(
      'Not in the picture: Mara and Pelle.',
    );
    expect(missingText([])).toBe('');
  });
});
