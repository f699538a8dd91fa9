import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { decisions as calls } from '$lib/api/decisions';
import type { DecisionRead } from '$lib/api/types';
import { session } from '$lib/state/session.svelte';
import RulesDialog from './RulesDialog.svelte';

const member = (id: string, role: string) => ({ person: { id, name: id.toUpperCase() }, role });
const room = {
  members: {
    all: () => [member('ada', 'owner'), member('bo', 'editor'), member('cy', 'reviewer')],
  },
  decisions: { load: () => () => undefined },
} as never;
const decision = {
  id: 'd1',
  version: 4,
  question: 'Which coat?',
  rule: 'lead',
  quorum: 0,
  lead_id: 'ada',
  deadline_at: '2030-01-01T10:00:00Z',
  voters: [{ id: 'v1', user_id: 'bo', asked: true }],
} as unknown as DecisionRead;

beforeEach(() => {
  session.me = { id: 'ada' } as never;
  const overlays = document.createElement('div');
  overlays.id = 'overlays';
  document.body.append(overlays);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  document.body.innerHTML = '';
});

it('sends what was changed with the version that was seen, and asks who is new', async () => {
  const update = vi.spyOn(calls, 'update').mockResolvedValue(decision);
  const ask = vi.spyOn(calls, 'ask').mockResolvedValue(decision);
  const shown = render(RulesDialog, { room, decision, open: true });
  const lead = screen.getByLabelText<HTMLSelectElement>('Lead');
  expect(lead.selectedOptions[0]?.textContent).toBe('ADA');
  await fireEvent.input(screen.getByLabelText('Question'), { target: { value: 'Which hat?' } });
  expect(screen.getByLabelText<HTMLInputElement>('BO').disabled).toBe(true);
  await fireEvent.click(screen.getByLabelText('CY'));
  await shown.rerender({ decision: { ...decision, version: 5, question: 'Whose coat?' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await vi.waitFor(() => {
    expect(ask).toHaveBeenCalledWith('d1', ['cy']);
  });
  expect(update).toHaveBeenCalledWith('d1', {
    version: 4,
    question: 'Which hat?',
    rule: 'lead',
    quorum: 0,
  });
});
