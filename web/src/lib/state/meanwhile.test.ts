import { beforeEach, describe, expect, it } from 'vitest';
import { character } from '../../../tests/unit/records';
import type { ServerMessage } from '../api/types';
import { Meanwhile } from './meanwhile.svelte';
import { session } from './session.svelte';

let now: number;
let meanwhile: Meanwhile;

function changed(name: string, actor: string, seq: number): ServerMessage {
  const data = character({ id: name, name });
  return {
    event: 'server:character.updated',
    payload: { character_id: name, data },
    seq,
    actor,
  };
}
const caughtUp = { event: 'server:ok', id: 'sync', payload: {} } as ServerMessage;

function away(ms: number): void {
  meanwhile.connection('waiting');
  now += ms;
  meanwhile.connection('connecting');
  meanwhile.connection('live');
}

beforeEach(() => {
  session.me = { id: 'me' } as never;
  now = 0;
  meanwhile = new Meanwhile(
    (id) => (id === 'u2' ? 'Bea' : 'Cleo'),
    () => now,
  );
});

describe('after a break', () => {
  it('tells who changed what, without ourselves', () => {
    away(60_000);
    meanwhile.take(changed('Mara', 'u2', 1));
    meanwhile.take(changed('Pelle', 'u2', 2));
    meanwhile.take(changed('Pelle', 'me', 3));
    expect(meanwhile.told).toBeNull();
    meanwhile.take(caughtUp);
    expect(meanwhile.told).toBe('While you were away: Bea changed Mara and Pelle.');
  });

  it('says what was done to a decision, and who took a character back', () => {
    const decision = (did: string | null, actor: string | null, seq: number): ServerMessage => ({
      event: 'server:decision.updated',
      payload: {
        decision_id: 'd1',
        character_id: 'c1',
        did,
        data: { question: 'Which coat?' } as never,
      },
      seq,
      ...(actor ? { actor } : {}),
    });
    away(60_000);
    meanwhile.take(decision('commented', 'u2', 1));
    meanwhile.take(decision('voted', 'u2', 2));
    meanwhile.take(decision(null, null, 3));
    meanwhile.take(decision(null, 'u3', 4));
    meanwhile.take({
      event: 'server:version.restored',
      payload: { character_id: 'c1', number: 7, to: 3, by: 'u3', data: {} as never },
      seq: 5,
      actor: 'u3',
    });
    meanwhile.take(caughtUp);
    expect(meanwhile.told).toBe(
      'While you were away: Bea commented on Which coat? and voted on Which coat?; ' +
        'Cleo went back to version 3 and took part in Which coat?.',
    );
  });

  it('says nothing when nothing happened, or of what comes later', () => {
    away(60_000);
    meanwhile.take(caughtUp);
    meanwhile.take(changed('Mara', 'u2', 1));
    expect(meanwhile.told).toBeNull();
  });

  it('says nothing after a moment', () => {
    away(500);
    meanwhile.take(changed('Mara', 'u2', 1));
    meanwhile.take(caughtUp);
    expect(meanwhile.told).toBeNull();
  });

  it('goes away when it was read', () => {
    away(60_000);
    meanwhile.take(changed('Mara', 'u2', 1));
    meanwhile.take(caughtUp);
    meanwhile.dismiss();
    expect(meanwhile.told).toBeNull();
  });
});
