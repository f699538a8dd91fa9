import { describe, expect, it } from 'vitest';
import { alert } from '../../../../tests/unit/records';
import { alertsOf, handledText, openAlerts } from './alert';

const NOW = Date.parse('2026-02-01T00:00:00Z');

describe('alerts', () => {
  it('stand newest first, by what happened to them', () => {
    const list = [
      alert({ id: 'old' }),
      alert({ id: 'new', created_at: '2026-01-05T00:00:00Z' }),
      alert({ id: 'shut', state: 'closed' }),
    ];
    expect(openAlerts(list, NOW).map((one) => one.id)).toEqual(['new', 'old']);
    expect(alertsOf(list, 'closed', NOW).map((one) => one.id)).toEqual(['shut']);
  });

  it('wake up when their time is over', () => {
    const asleep = alert({ state: 'snoozed', snoozed_until: '2026-02-03T00:00:00Z' });
    expect(openAlerts([asleep], NOW)).toEqual([]);
    expect(openAlerts([asleep], NOW + 3 * 86_400_000)).toEqual([asleep]);
  });

  it('keep the reason of whoever put them to sleep', () => {
    const asleep = alert({
      state: 'snoozed',
      snoozed_until: '2026-02-03T00:00:00Z',
      reason: 'New costume',
    });
    expect(handledText(asleep, 'Ines')).toMatch(/^Asleep until .*, by Ines: New costume$/);
    expect(handledText(alert(), 'Ines')).toBe('');
  });
});
