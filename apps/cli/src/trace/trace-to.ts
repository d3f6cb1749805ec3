import type { MajordomoOptions } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { installCommand } from '../program/install-command.ts';
import { loadPackage, locatePackage } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { reasonOf } from '../program/reason.ts';

/** Spans of a command's calls. They are sent when the command ends. */
export interface Trace extends Pick<MajordomoOptions, 'onEvent' | 'around'>, AsyncDisposable {}

const NEEDED = [
  '@majordomo/telemetry',
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/exporter-trace-otlp-http',
];

/** Maximum time to wait for the collector, in milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Sends spans to a collector, as OTLP over HTTP in JSON, with the headers in `OTEL_EXPORTER_OTLP_HEADERS`. Prints failures of the
 * collector on stderr. Throws `Stop` for an invalid address or a missing package.
 */
export async function traceTo(address: string, { cwd, stderr }: Io): Promise<Trace> {
  const url = urlOf(address);
  const missing = NEEDED.filter((name) => locatePackage(name, cwd) === undefined);
  if (missing.length > 0) throw new Stop(`--trace needs ${missing.join(', ')}; ${installCommand(missing)}`);
  const load = (name: string): Promise<object> => loadPackage(name, cwd, '--trace');
  const { createTelemetry } = (await load('@majordomo/telemetry')) as typeof import('@majordomo/telemetry');
  const sdk = (await load('@opentelemetry/sdk-trace')) as typeof import('@opentelemetry/sdk-trace');
  const otlp = (await load(
    '@opentelemetry/exporter-trace-otlp-http',
  )) as typeof import('@opentelemetry/exporter-trace-otlp-http');

  const sender = new otlp.OTLPTraceExporter({ url, timeoutMillis: PATIENCE_MS });
  const failures = new Set<string>();
  // Delegates to `sender`, and records the failures, which are printed when the command ends.
  const exporter: typeof sender = Object.assign(Object.create(sender) as typeof sender, {
    export: (...[spans, done]: Parameters<typeof sender.export>) => {
      sender.export(spans, (result) => {
        if (result.error !== undefined) failures.add(reasonOf(result.error));
        done(result);
      });
    },
  });
  const provider = new sdk.TracerProvider({ spanProcessors: [new sdk.BatchSpanProcessor({ exporter })] });
  return {
    ...createTelemetry({ tracer: provider.getTracer('majordomo') }).majordomo,
    async [Symbol.asyncDispose]() {
      await provider.shutdown().catch((error: unknown) => failures.add(reasonOf(error)));
      for (const why of failures) stderr.write(`${printable(`the trace was not sent to ${url}: ${why}`)}\n`);
    },
  };
}

/** Returns the address of a collector. Adds the path for traces if the address has no path. */
function urlOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Stop(`--trace must be the URL of a collector, such as http://localhost:4318`);
  return url.pathname === '/' ? new URL('/v1/traces', url).href : url.href;
}
