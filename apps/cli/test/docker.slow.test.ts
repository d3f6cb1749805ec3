import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, startPostgres } from '@majordomo/services';
import { ROOT } from '@majordomo/test-support';
import { validate } from 'dockerfile-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseDocument } from 'yaml';
import { checkHealth } from '../../create-majordomo/test/support/image.ts';
import { folder } from './built.ts';
import { createdKey, started, startVendor } from './started.ts';
import { lab } from './world.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../docker', name), 'utf8');
const DOCKERFILE = read('Dockerfile');
const COMPOSE = read('compose.yaml');
const SECRET = /\bsk-|\bmj_|PASSWORD=|TOKEN=|_KEY=/;

/** Returns the arguments of an instruction in exec form. */
function execForm(instruction: string): readonly string[] {
  const list = new RegExp(String.raw`^${instruction} (\[.*\])$`, 'm').exec(DOCKERFILE)?.[1];
  return JSON.parse(list ?? 'null') as readonly string[];
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
interface Service {
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string | null>>;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<'gateway' | 'db', Service>>;
  readonly volumes: object;
}

function compose(): Compose {
  const document = parseDocument(COMPOSE, { strict: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Compose;
}

/** Sets variables as `docker compose` does. Throws for a variable that has no value and is required. */
const interpolated = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{(\w+):\?([^}]*)\}/g, (_, name: string, message: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(message);
    return value;
  });

describe('the Dockerfile', () => {
  it('has no finding, and contains no secret', () => {
    expect(validate(DOCKERFILE)).toEqual([]);
    expect(DOCKERFILE).not.toMatch(SECRET);
  });

  it('runs the command without a shell, as a user that is not root, with a health check', () => {
    expect(execForm('ENTRYPOINT')).toEqual(expect.arrayContaining(['majordomo', 'serve']));
    expect(execForm('CMD')).not.toEqual([]);
    expect(/^USER (\S+)$/m.exec(DOCKERFILE)?.[1]).toBe('node');
    expect(DOCKERFILE.indexOf('\nUSER node')).toBeGreaterThan(DOCKERFILE.lastIndexOf('\nRUN '));
    expect(DOCKERFILE).toMatch(/^HEALTHCHECK /m);
  });

  it('installs the packages of a lockfile, without their scripts, and stores data in a folder for a volume', () => {
    expect(DOCKERFILE).toMatch(/^RUN .*\bnpm ci --omit=dev --ignore-scripts /m);
    expect(DOCKERFILE).toMatch(/^RUN mkdir -m 1777 data$/m);
    expect(DOCKERFILE).toMatch(/^ENV .*\bMAJORDOMO_STORE=\/app\/data\//m);
  });

  it('is built with every package that the command loads with PostgreSQL, in the versions of this checkout', () => {
    const context = folder();
    execFileSync(process.execPath, [join(ROOT, 'tooling/release/image.mjs'), context]);
    const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    const { dependencies = {} } = manifestOf(join(context, 'package.json'));
    const { peerDependencies = {}, version } = manifestOf(join(import.meta.dirname, '../package.json'));
    expect(dependencies).toMatchObject({
      majordomo: version,
      '@majordomo/admin': expect.any(String),
      '@majordomo/gateway': expect.any(String),
      '@majordomo/store-postgres': expect.any(String),
      pg: expect.any(String),
    });
    const { majordomo: _, pg: _driver, ...loaded } = dependencies;
    expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(Object.keys(loaded)));
    expect(readFileSync(join(context, 'Dockerfile'), 'utf8')).toBe(DOCKERFILE);
  });
});

describe('the compose file', () => {
  it('waits for a healthy database that keeps its data in a volume', () => {
    const { services, volumes } = compose();
    expect(services.gateway.depends_on).toEqual({ db: { condition: 'service_healthy' } });
    expect(services.db.healthcheck).toBeDefined();
    expect(services.db.volumes).toEqual([expect.stringMatching(/^data:/)]);
    expect(volumes).toHaveProperty('data');
  });

  it('has no default password, and stops with a message if a variable is missing', () => {
    const { services } = compose();
    for (const { environment } of Object.values(services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|TOKEN|STORE/.test(name)) {
          expect(value).toContain(':?');
          expect(() => interpolated(value ?? '', {})).toThrow(/^set /);
        }
    expect(COMPOSE).not.toMatch(/:-/);
  });

  it('gives the command more time to end than it needs', () => {
    const { gateway } = compose().services;
    const drainMs = Number(gateway.command?.[gateway.command.indexOf('--drain') + 1]);
    // The command ends at the latest 10 s after the drain.
    expect(Number.parseInt(gateway.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(drainMs + 11_000);
  });
});

describeWith('postgres', 'the command of the container', () => {
  it('serves over PostgreSQL, creates keys from its environment, and passes the health check', async () => {
    const vendor = await startVendor();
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const { gateway } = compose().services;
    const env = {
      ...lab(vendor),
      MAJORDOMO_STORE: server.url,
      MAJORDOMO_ADMIN_TOKEN: 't0ken-of-the-admin-0123456789',
    };
    const [, ...argv] = [...execForm('ENTRYPOINT'), ...(gateway.command ?? [])];
    const drain = argv.indexOf('--drain') + 1;
    // A free port, the model of this test, and no delay before the server closes.
    const ours = argv
      .map((each) => each.replace(/^4141$/, '0').replace(/^smart=.*$/, 'smart=lab/gpt-4o'))
      .with(drain, '0');
    const running = started(ours, { cwd: folder(), env });
    const url = (await running.outputMatching(/Serving smart at (\S+)/)).replace('0.0.0.0', '127.0.0.1');
    const secret = await createdKey(['app', '--tenant', 'acme'], { env });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(response.status).toBe(200);
    const health = JSON.parse(
      /^HEALTHCHECK [^]*?CMD (\[.*\])$/m.exec(DOCKERFILE)?.[1] ?? 'null',
    ) as readonly string[];
    await expect(checkHealth(folder(), { health }, new URL(url).port)).resolves.toBe('');
    await expect(checkHealth(folder(), { health }, '1')).rejects.toThrow('ended with code 1');
  }, 120_000);
});
