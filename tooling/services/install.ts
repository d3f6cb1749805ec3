/**
 * Installs missing servers that tests need: all, or those in the arguments. Redis, PostgreSQL and Chromium come from Debian's
 * packages, Restate, Cloudflare's runtime and Temporal's worker from npm. Reports unavailable servers without failing, because
 * their tests report them too.
 */
import { spawnSync } from 'node:child_process';
import { npm } from '../runtimes/install.mjs';
import { binaryOf, MINIFLARE, RESTATE, SERVICES, TEMPORAL, type Service } from './src/binaries.ts';

const PACKAGES = {
  redis: 'redis-server',
  postgres: 'postgresql',
  pgbouncer: 'pgbouncer',
  chromium: 'chromium',
} as const;
const INSTALL_MS = 300_000;

const named = process.argv.slice(2);
const wanted = SERVICES.filter((service) => named.length === 0 || named.includes(service));
const debian = wanted.filter((service) => service in PACKAGES && binaryOf(service) === undefined);
// All packages at once. If one of them is not available, each is installed separately below.
if (debian.length > 0) apt(['update', '-qq']);
if (debian.length > 1) aptInstall(debian);
for (const service of wanted) {
  const problem = binaryOf(service) === undefined ? install(service) : undefined;
  console.log(
    `services: ${service} ${binaryOf(service) ?? `NOT AVAILABLE: ${problem ?? 'the program is missing'}`}`,
  );
}

function install(service: Service): string | undefined {
  if (service === 'restate') return npm(['install', '--no-package-lock'], RESTATE);
  if (service === 'temporal') return npm(['install', '--no-package-lock'], TEMPORAL);
  if (service === 'miniflare') return npm(['install', '--no-package-lock'], MINIFLARE);
  return aptInstall([service]);
}

function aptInstall(services: readonly Service[]): string | undefined {
  const packages = services.map((service) => PACKAGES[service as keyof typeof PACKAGES]);
  return apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Returns the problem, if any. */
function apt(args: readonly string[]): string | undefined {
  const before = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  // Prevent the packages from starting services, because the tests start separate servers.
  const [command = '', ...rest] = [
    ...before,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'RUNLEVEL=1',
    'apt-get',
    ...args,
  ];
  const { status, stderr, error } = spawnSync(command, rest, { encoding: 'utf8', timeout: INSTALL_MS });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').at(-1));
}
