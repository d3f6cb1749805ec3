import { context, createContextKey } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import api from '../node_modules/@opentelemetry/api/package.json' with { type: 'json' };
import sdk from '../node_modules/@opentelemetry/sdk-trace-base/package.json' with { type: 'json' };
import { watch } from '../../../packages/operation/telemetry/test/support/recording.ts';

it('is SDK 2, with the API below 1.10 that it needs, in all tests of the package', () => {
  expect(sdk.version).toMatch(/^2\./);
  expect(api.version).toMatch(/^1\.9\./);
  expect(watch().provider).toBeInstanceOf(BasicTracerProvider);
  // The API rejects a context manager of another version. Its presence shows the correct version.
  const key = createContextKey('here');
  context.with(context.active().setValue(key, 1), () => {
    expect(context.active().getValue(key)).toBe(1);
  });
});
