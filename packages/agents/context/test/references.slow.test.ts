import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { home, put, resolved, root, useFolders } from './support/references.ts';

useFolders();

const git = (...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: root,
    stdio: 'ignore',
  });
};

describe('a text', () => {
  it('comes first, as it was written', async () => {
    await put('a.ts', 'one\ntwo\r\nthree');
    const { texts, warnings } = await resolved('see @file:a.ts and @file:a.ts:2-3');
    expect(texts).toEqual([
      'see @file:a.ts and @file:a.ts:2-3',
      '<file path="a.ts">\none\ntwo\nthree\n</file>',
      '<file path="a.ts" lines="2-3">\ntwo\nthree\n</file>',
    ]);
    expect(warnings).toEqual([]);
  });
});

it.each([
  ['1', '1-1', 'one'],
  ['3', '3-3', 'three'],
  ['2-9', '2-3', 'two\nthree'],
])('the lines %s of a file are lines %s', async (lines, range, content) => {
  await put('a.ts', 'one\ntwo\nthree');
  const { texts } = await resolved(`@file:a.ts:${lines}`);
  expect(texts[1]).toBe(`<file path="a.ts" lines="${range}">\n${content}\n</file>`);
});

it('a file cannot close its tag', async () => {
  await put('a.ts', 'one</file>two</FILE >three<file>four</files>');
  const { texts } = await resolved('@file:a.ts');
  expect(texts[1]).toBe('<file path="a.ts">\none‹/file>two‹/FILE >three<file>four</files>\n</file>');
});

describe('a file is reported and not read that', () => {
  it.each<readonly [string, string]>([
    ['../secret', 'the file is outside of the permitted folder'],
    ['a/../../secret', 'the file is outside of the permitted folder'],
    ['/etc/passwd', 'the file is outside of the permitted folder'],
    ['C:\\Windows\\win.ini', 'the file is outside of the permitted folder'],
    ['\\\\server\\share', 'the file is outside of the permitted folder'],
    ['a\0b', 'the file is outside of the permitted folder'],
    ['link', 'the file is outside of the permitted folder'],
    ['folder/inner', 'the file is outside of the permitted folder'],
    ['none', 'the file does not exist'],
    ['pictures', 'the path is not a file'],
    ['binary', 'the file is not text'],
    ['huge', 'the file is larger than 1 MiB'],
    ['.git/config', 'files of the .git folder are not read'],
    ['..inside', 'the path is not a file'],
    ['sub/.git/config', 'files of the .git folder are not read'],
    ['short:5-9', 'the file has 1 lines, not 5 to 9'],
    ['short:2', 'the file has 1 lines, not 2 to 2'],
    ['short:0', 'the file has 1 lines, not 0 to 0'],
    ['short:1-0', 'the file has 1 lines, not 1 to 0'],
  ])('is %j', async (name, why) => {
    await writeFile(path.join(home, 'secret'), 'SECRET');
    await mkdir(path.join(home, 'outer'));
    await writeFile(path.join(home, 'outer/inner'), 'SECRET');
    await symlink(path.join(home, 'secret'), path.join(root, 'link'));
    await symlink(path.join(home, 'outer'), path.join(root, 'folder'));
    await mkdir(path.join(root, 'pictures'));
    await mkdir(path.join(root, '..inside'));
    await put('binary', new Uint8Array([1, 0]));
    await put('huge', 'x'.repeat(2 ** 20 + 1));
    await put('.git/config', 'token');
    await put('short', 'one');
    await put('sub/.git/config', 'token');
    const { texts, warnings } = await resolved(`@file:${name}`);
    expect(texts).toHaveLength(1);
    expect(warnings).toEqual([`@file:${name}: ${why}`]);
  });
});

describe.each(['.git', '.GIT', '.Git', '.git\u200b', 'GIT~1', 'data'])('of a %s folder', (git) => {
  beforeEach(async () => {
    await put(`${git}/config`, 'TOKEN');
    await put(`${git}/hooks/list`, 'TOKEN');
    for (const name of ['HEAD', 'objects', 'refs']) await put(`${git}/${name}`, '');
    await mkdir(path.join(root, 'docs'));
    await symlink(`../${git}/config`, path.join(root, 'docs/file'));
    await symlink('file', path.join(root, 'docs/twice'));
    await symlink(`../${git}`, path.join(root, 'docs/folder'));
    await symlink('../docs', path.join(root, 'docs/self'));
  });

  it.each([
    `@file:${git}/config`,
    '@file:docs/file',
    '@file:docs/twice',
    '@file:docs/folder/config',
    '@file:docs/self/folder/hooks/list',
    `@folder:${git}`,
    `@folder:${git}/hooks`,
    '@folder:docs/folder',
    '@folder:docs/folder/hooks',
  ])('%s is not read', async (reference) => {
    const { parts, warnings } = await resolved(reference);
    expect([parts.length, warnings]).toEqual([1, [`${reference}: files of the .git folder are not read`]]);
  });

  it('no entry is listed', async () => {
    const { texts } = await resolved('@folder:.');
    expect(texts[1]).toBe(
      '<folder path=".">\ndocs/\ndocs/file\ndocs/folder\ndocs/self\ndocs/twice\n</folder>',
    );
  });
});

it.each(['.git', 'sub/.git', 'sub/.GIT'])('a file named %s is not read', async (name) => {
  await put(name, 'gitdir: /elsewhere');
  await symlink(name, path.join(root, 'link'));
  const { parts, warnings } = await resolved(`@file:${name} @file:link`);
  expect(parts).toHaveLength(1);
  expect(warnings).toEqual(
    [name, 'link'].map((file) => `@file:${file}: files of the .git folder are not read`),
  );
});

it.each(['.gitignore', '.github/a', 'a.git', 'git', 'x.git/a'])('the file %s is read', async (name) => {
  await put(name, 'text');
  expect((await resolved(`@file:${name}`)).warnings).toEqual([]);
});

it('the rules of a .gitignore that links outside of the root are not read', async () => {
  await put('a.log', '');
  await writeFile(path.join(home, 'rules'), '*.log');
  await symlink(path.join(home, 'rules'), path.join(root, '.gitignore'));
  expect((await resolved('@folder:.')).texts[1]).toBe('<folder path=".">\n.gitignore\na.log\n</folder>');
});

it('an absolute path is not read, even within the root', async () => {
  await put('a.txt', 'text');
  const { warnings } = await resolved(`@file:${root}/a.txt`);
  expect(warnings).toEqual([`@file:${root}/a.txt: the file is outside of the permitted folder`]);
});

it('a file of exactly 1 MiB is read', async () => {
  await put('large', 'x'.repeat(2 ** 20));
  expect((await resolved('@file:large')).warnings).toEqual([
    '@file:large: cut, because references may have at most 1000 tokens',
  ]);
});

describe('a folder', () => {
  it('is listed without files that git ignores', async () => {
    await put('src/a.ts', '');
    await put('src/deep/b.ts', '');
    await put('src/deep/c.log', '');
    await put('src/node_modules/x.js', '');
    await put('src/deep/.gitignore', 'secret*');
    await put('src/deep/secret.txt', '');
    await put('.gitignore', '*.log\nnode_modules/\n');
    const { texts } = await resolved('@folder:src');
    expect(texts[1]).toBe('<folder path="src">\na.ts\ndeep/\ndeep/.gitignore\ndeep/b.ts\n</folder>');
  });

  it('with ignored files is listed by the rules of all folders between it and the root', async () => {
    await put('.gitignore', 'a/b/one\n');
    await put('a/.gitignore', '/b/two\nthree/\n');
    for (const name of ['one', 'two', 'three', 'three.d/x', 'four', '.git/config'])
      await put(`a/b/${name}`, '');
    await mkdir(path.join(root, 'a/b/c/three'), { recursive: true });
    const { texts } = await resolved('@folder:a/b');
    expect(texts[1]).toBe('<folder path="a/b">\nc/\nfour\nthree\nthree.d/\nthree.d/x\n</folder>');
  });

  it.each([
    [500, 500, ''],
    [501, 500, '\n[… and more …]'],
  ])('of %i files is listed with %i entries', async (files, entries, note) => {
    const names = Array.from({ length: files }, (_, at) => `f${1000 + at}`);
    await Promise.all(names.map((name) => put(`many/${name}`, '')));
    const { texts } = await resolved('@folder:many', { maxTokens: 10_000 });
    expect(texts[1]).toBe(`<folder path="many">\n${names.slice(0, entries).join('\n')}${note}\n</folder>`);
  });

  it('is listed to a depth of six, without the content of links', async () => {
    await put('a/1/2/3/4/5/6/7', '');
    await symlink(path.join(root, 'a/1'), path.join(root, 'a/link'));
    const { texts } = await resolved('@folder:a');
    expect(texts[1]).toBe(
      '<folder path="a">\n1/\n1/2/\n1/2/3/\n1/2/3/4/\n1/2/3/4/5/\n1/2/3/4/5/6/\nlink\n</folder>',
    );
  });

  it.each([
    ['..', 'the file is outside of the permitted folder'],
    ['none', 'the folder does not exist'],
    ['.git', 'files of the .git folder are not read'],
    ['empty', 'the path is an empty folder, or not a folder'],
    ['file', 'the path is an empty folder, or not a folder'],
  ])('%s is not listed: %s', async (name, why) => {
    await mkdir(path.join(root, 'empty'));
    await put('file', 'text');
    const { parts, warnings } = await resolved(`@folder:${name}`);
    expect([parts.length, warnings]).toEqual([1, [`@folder:${name}: ${why}`]]);
  });
});

describe('of a repository', () => {
  beforeEach(async () => {
    git('init', '-q');
    await put('a.txt', 'one\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    await put('a.txt', 'two\n');
    await put('b.txt', 'new\n');
    git('add', 'b.txt');
  });

  it('changes, staged changes and commits are added', async () => {
    const { texts } = await resolved('@diff @staged @git:3');
    expect(texts[1]).toMatch(/^<diff>[\s\S]*\+two[\s\S]*<\/diff>$/);
    expect(texts[2]).toMatch(/^<staged>[\s\S]*\+new[\s\S]*<\/staged>$/);
    expect(texts[3]).toMatch(/^<commits>[\s\S]*first[\s\S]*\+one[\s\S]*<\/commits>$/);
  });

  it('commands in its configuration are not run', async () => {
    const markerFile = path.join(home, 'ran');
    git('config', 'diff.external', `touch ${markerFile}`);
    git('config', 'core.fsmonitor', `touch ${markerFile}`);
    git('config', 'diff.x.textconv', `touch ${markerFile}`);
    await put('.gitattributes', '* diff=x\n');
    await resolved('@diff @staged @git:1');
    await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
  });

  it.each(['clean', 'process', 'smudge'])(
    'a filter.*.%s of its configuration is not run',
    async (command) => {
      const markerFile = path.join(home, 'ran');
      const names = ['x', 'Upper', 'dots.in.it', 'clean'];
      for (const name of names) {
        git('config', `filter.${name}.required`, 'true');
        git('config', `filter.${name}.${command}`, `touch ${markerFile}; cat`);
      }
      await put('.gitattributes', names.map((name, at) => `${at}.txt filter=${name}\n`).join(''));
      for (const at of names.keys()) await put(`${at}.txt`, 'two\n');
      git('add', '--intent-to-add', '.');
      await rm(markerFile, { force: true });
      for (const at of names.keys()) await put(`${at}.txt`, 'three\n');
      const { texts } = await resolved('@diff @staged @git:1');
      await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
      expect(texts[1]).toContain('+three');
    },
  );

  it('a filter that is included from another file is not run', async () => {
    const markerFile = path.join(home, 'ran');
    await put('more', `[filter "x"]\n\tclean = touch ${markerFile}\n`);
    git('config', 'include.path', '../more');
    await put('.gitattributes', '*.txt filter=x\n');
    const { texts } = await resolved('@diff');
    await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
    expect(texts[1]).toContain('+two');
  });

  it.each([
    ['is not UTF-8', Buffer.from([0x78, 0xff])],
    ['has an equals sign', Buffer.from('a=b')],
  ])('a filter whose name %s makes git refuse', async (_what, name) => {
    const markerFile = path.join(home, 'ran');
    const text = (before: string, after: string) =>
      Buffer.concat([Buffer.from(before), name, Buffer.from(after)]);
    await writeFile(
      path.join(root, '.git/config'),
      text('[filter "', `"]\n\tclean = touch ${markerFile}\n`),
      {
        flag: 'a',
      },
    );
    await put('.gitattributes', text('*.txt filter=', '\n'));
    expect((await resolved('@diff')).warnings).toHaveLength(1);
    await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
  });

  it('the configuration of a submodule is not followed', async () => {
    const markerFile = path.join(home, 'ran');
    const part = path.join(root, 'part');
    await put('part/c.txt', 'one\n');
    const inPart = ['-C', part] as const;
    git(...inPart, 'init', '-q');
    git(...inPart, 'add', '.');
    git(...inPart, 'commit', '-qm', 'part');
    git('add', 'part');
    git('commit', '-qm', 'with a part');
    git('config', 'diff.submodule', 'diff');
    git(...inPart, 'config', 'filter.x.clean', `touch ${markerFile}; cat`);
    await put('part/.gitattributes', '*.txt filter=x\n');
    await put('part/c.txt', 'two\n');
    await utimes(path.join(part, 'c.txt'), 1, 1);
    await resolved('@diff @staged @git:2');
    await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
  });

  it('objects that a partial clone lacks are not fetched', async () => {
    const markerFile = path.join(home, 'ran');
    git('add', '.');
    git('commit', '-qm', 'second');
    const object = execFileSync('git', ['rev-parse', 'HEAD~1:a.txt'], { cwd: root, encoding: 'utf8' }).trim();
    await rm(path.join(root, '.git/objects', object.slice(0, 2), object.slice(2)));
    git('config', 'extensions.partialClone', 'evil');
    git('config', 'core.repositoryFormatVersion', '1');
    git('config', 'remote.evil.promisor', 'true');
    git('config', 'remote.evil.url', `ext::touch ${markerFile}`);
    git('config', 'protocol.ext.allow', 'always');
    await resolved('@git:2');
    await expect(rm(markerFile)).rejects.toThrow(/ENOENT/);
  });
});

it('warns about a diff of a repository without changes', async () => {
  git('init', '-q');
  const { parts, warnings } = await resolved('@diff');
  expect([parts.length, warnings]).toEqual([1, ['@diff: no changes exist']]);
});

it('warns about a git reference outside of a repository', async () => {
  const { parts, warnings } = await resolved('@diff @staged @git:2');
  expect(parts).toHaveLength(1);
  expect(warnings).toEqual(['@diff: git failed', '@staged: git failed', '@git:2: git found no commits']);
});

it('rejects a root that is not a folder', async () => {
  await expect(resolved('x', { root: path.join(home, 'none') })).rejects.toMatchObject({ kind: 'config' });
});
