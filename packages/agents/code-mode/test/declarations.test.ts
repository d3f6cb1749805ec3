import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Tool } from '@majordomo/agent';
import { expect, describe, it } from 'vitest';
import { declarationsOf } from '../src/declarations.ts';

const tool = (name: string, description: string, parameters: object): Tool => ({
  name,
  description,
  parameters: { type: 'object', ...parameters },
  run: () => null,
});

/** Returns the declaration of one tool. */
const declared = (parameters: object, description = ''): string =>
  declarationsOf([tool('look', description, parameters)]);

describe('declarations', () => {
  it('of schemas that grow with each level are short, and take no time', () => {
    const item = { $ref: '#/$defs/item' };
    const keys = Array.from({ length: 40 }, (_, n) => `p${n}`);
    const schemas = [
      { properties: Object.fromEntries(keys.map((key) => [key, { $ref: '#' }])) },
      { properties: { a: item }, $defs: { item: { anyOf: keys.map(() => item) } } },
      {
        properties: { a: item },
        $defs: { item: { allOf: keys.map((key) => ({ properties: { [key]: item } })) } },
      },
      {
        properties: { a: item },
        $defs: { item: { type: ['array', 'object'], items: item, properties: { a: item, b: item } } },
      },
    ];
    for (const schema of schemas) {
      const began = performance.now();
      expect(declared(schema).length).toBeLessThan(20_000);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  it('cannot be ended by descriptions, names and values', () => {
    const hostile = '*/ };\n/* "`${1} //';
    const text = declared(
      {
        properties: {
          [hostile]: { type: 'string', description: hostile, enum: [hostile] },
          __proto__x: { const: hostile },
          constructor: { type: 'number', description: `*${hostile}` },
        },
        required: [hostile],
      },
      `**//*${hostile}`,
    );
    expect(text).toMatchInlineSnapshot(`
      "declare const tools: {
        /** **\\//**\\/ }; /* "\`\${1} // */
        look(args: { /** *\\/ }; /* "\`\${1} // */ "*/ };\\n/* \\"\`\${1} //": "*/ };\\n/* \\"\`\${1} //"; __proto__x?: "*/ };\\n/* \\"\`\${1} //"; /** **\\/ }; /* "\`\${1} // */ constructor?: number }): Promise<any>;
      };"
    `);
  });

  it('of names with a meaning in TypeScript are methods', () => {
    const names = [
      'new',
      '__proto__',
      'then',
      'constructor',
      'toString',
      'get',
      'class',
      'a.b-c',
      '日本',
      '',
      'a"b',
    ];
    expect(declarationsOf(names.map((name) => tool(name, '', {})))).toMatchInlineSnapshot(`
      "declare const tools: {
        ""(args?: Record<string, any>): Promise<any>;
        __proto__(args?: Record<string, any>): Promise<any>;
        "a\\"b"(args?: Record<string, any>): Promise<any>;
        "a.b-c"(args?: Record<string, any>): Promise<any>;
        class(args?: Record<string, any>): Promise<any>;
        constructor(args?: Record<string, any>): Promise<any>;
        get(args?: Record<string, any>): Promise<any>;
        "new"(args?: Record<string, any>): Promise<any>;
        then(args?: Record<string, any>): Promise<any>;
        toString(args?: Record<string, any>): Promise<any>;
        "日本"(args?: Record<string, any>): Promise<any>;
      };"
    `);
  });

  it('of a reference that leads nowhere are any', () => {
    for (const $ref of ['#/nowhere', 'https://example.com/schema', '#anchor', 5])
      expect(declared({ properties: { a: { $ref } } })).toContain('a?: any');
  });

  it('of 200 tools are equal in processes with another order, language and time zone', () => {
    const stems = ['İstanbul', 'istanbul', 'Ärger', 'zoo', 'a.b', 'a-b', '_x', '日本', 'ı', 'Z9'];
    const tools = Array.from({ length: 200 }, (_, n) => {
      const properties = { city: { type: 'string', description: 'Größe' }, day: { enum: [n, 'I', null] } };
      return tool(`${stems[n % stems.length] ?? ''}${n}`, `Tool ${n}`, { properties, required: ['city'] });
    });
    const program = `
      import { declarationsOf } from './src/declarations.ts';
      import { text } from 'node:stream/consumers';
      process.stdout.write(declarationsOf(JSON.parse(await text(process.stdin))));`;
    const declare = (some: readonly Tool[], env: NodeJS.ProcessEnv): string =>
      spawnSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', program], {
        cwd: join(import.meta.dirname, '..'),
        env: { PATH: process.env['PATH'], ...env },
        input: JSON.stringify(some),
        encoding: 'utf8',
      }).stdout;
    const first = declare(tools, { LANG: 'C', TZ: 'UTC' });
    const second = declare(tools.toReversed(), { LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' });
    expect(first.split('\n')).toHaveLength(402);
    expect(second).toBe(first);
    expect(first).toBe(declarationsOf(tools));
  });
});
