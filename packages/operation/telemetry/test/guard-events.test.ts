import type { GuardEvent } from '@majordomo/guards';
import { expect, it } from 'vitest';
import { watch } from './support/recording.ts';

const event: GuardEvent = {
  type: 'refused',
  rule: 'pii',
  side: 'output',
  kind: 'denied',
  reason: 'a reason',
  ms: 250,
  spec: 'a/b',
  tenant: 't',
};

it('counts and times the results of checks by rule, side and outcome', async () => {
  const telemetry = watch();
  telemetry.onGuardEvent(event);
  telemetry.onGuardEvent({ ...event, ms: 750 });
  telemetry.onGuardEvent({ ...event, type: 'passed', ms: 0 });
  const attributes = {
    'majordomo.guard.rule': 'pii',
    'majordomo.guard.side': 'output',
    'majordomo.guard.outcome': 'refused',
  };
  const metrics = (await telemetry.metrics()).filter(({ name }) => name.startsWith('majordomo.guard.'));
  expect(metrics).toContainEqual(
    expect.objectContaining({ name: 'majordomo.guard.checks', attributes, value: 2 }),
  );
  expect(metrics).toContainEqual(
    expect.objectContaining({
      name: 'majordomo.guard.duration',
      unit: 's',
      attributes,
      value: expect.objectContaining({ count: 2, sum: 1 }),
    }),
  );
  expect(metrics).toContainEqual(
    expect.objectContaining({ attributes: { ...attributes, 'majordomo.guard.outcome': 'passed' }, value: 1 }),
  );
});
