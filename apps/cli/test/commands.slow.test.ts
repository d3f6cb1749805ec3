import { openaiChat, startWireServer } from '@majordomo/conformance';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { lab, world } from './world.ts';

it('ping calls every target of the spec once, including those of aliases', async () => {
  await using server = await startWireServer({
    wire: openaiChat,
    script: ({ model }) => (model === 'gpt-4o' ? 'ready' : { failure: 'unavailable' }),
  });
  using cli = world({
    env: lab(server),
    files: { 'majordomo.config.json': '{"aliases":{"both":"lab/gpt-4o,lab/down"}}' },
  });
  const result = await cli.run('ping', 'both');
  expect(result.code).toBe(1);
  expect(result.out).toMatch(/^lab\/gpt-4o +\d+ ms {2}✓\nlab\/down +\d+ ms {2}✗ overloaded\n {4}\S.*\n$/);
  expect(server.requests).toHaveLength(2);
});

it('ping reports why a target cannot be called, and calls the others', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: ['ready'] });
  using cli = world({ env: lab(server) });
  const result = await cli.run('ping', 'lab/gpt-4o,opnai/x');
  expect(result.code).toBe(2);
  expect(result.out).toMatch(
    /^lab\/gpt-4o +\d+ ms {2}✓\nopnai\/x .* config\n {4}unknown provider "opnai" in "opnai\/x"/,
  );
});

it('a DSN takes precedence over the built-in provider of the same name', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: ['ready'] });
  using cli = world({
    env: { LLM_OPENAI: lab(server)['LLM_LAB'] ?? '', OPENAI_API_KEY: 'sk-of-the-vendor' },
  });
  expect((await cli.run('ping', 'openai/gpt-4o')).code).toBe(0);
  expect(JSON.stringify(server.requests[0]?.headers)).not.toContain('sk-of-the-vendor');
});

it('calls an Azure resource at its address with its key', async () => {
  await using azure = await testServer((response) => void response.writeHead(401).end());
  const env = { AZURE_OPENAI_API_KEY: 'key-of-azure', AZURE_OPENAI_ENDPOINT: `${azure.origin}/` };
  using cli = world({ env });
  const result = await cli.run('ping', 'azure/mine');
  expect(azure.requests.map(({ path, headers }) => [path, headers['api-key']])).toEqual([
    ['/openai/v1/chat/completions', 'key-of-azure'],
  ]);
  expect(result.out).toContain('✗ auth');
  using withoutEndpoint = world({ env: { AZURE_OPENAI_API_KEY: 'key-of-azure' } });
  expect((await withoutEndpoint.run('ping', 'azure/mine')).out).toContain(
    'azure needs AZURE_OPENAI_ENDPOINT',
  );
  expect((await withoutEndpoint.run('doctor')).out).toContain('(environment), but no AZURE_OPENAI_ENDPOINT');
});

it('doctor shows the variables that replace a base URL, and their mistakes', async () => {
  using cli = world({
    env: {
      OPENAI_BASE_URL: 'http://proxy.lan/v1',
      GOOGLE_VERTEX_BASE_URL: 'https://name:s3cret@vertex.lan',
      OLLAMA_HOST: 'name:s3cret@127.0.0.1:1',
      MISTRAL_BASE_URL: 'http://proxy.lan/mistral/v1',
      VLLM_BASE_URL: 'https://gpu.example/v1',
    },
  });
  const { out, code } = await cli.run('doctor');
  expect(code).toBe(1);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'Base URLs ✓ OPENAI_BASE_URL http://proxy.lan/v1 (for openai, environment) ' +
      '✗ GOOGLE_VERTEX_BASE_URL GOOGLE_VERTEX_BASE_URL contains a user or a password',
  );
  expect(out).toMatch(/– not set +ANTHROPIC_BASE_URL, GOOGLE_GEMINI_BASE_URL/);
  expect(out).toContain('127.0.0.1:1 (for ollama, environment)');
  expect(out).toContain('http://proxy.lan/mistral/v1 (for mistral, environment)');
  expect(out).toMatch(/– vllm +not checked: VLLM_BASE_URL is not an address of the local network/);
  expect(out).not.toContain('s3cret');
});

it.each([
  ['gpu.example', /– ollama +not checked: OLLAMA_HOST is not an address of the local network/],
  ['https://gpu.example/ollama', /– ollama +not checked: OLLAMA_HOST is not an address of the local network/],
  [':1', /– ollama +does not answer \(network\)/],
  ['0.0.0.0:1', /– ollama +does not answer \(network\)/],
  ['http://[::1]:1', /– ollama +does not answer \(network\)/],
])('doctor asks Ollama only in the local network: %s', async (host, expected) => {
  using cli = world({ env: { OLLAMA_HOST: host } });
  expect((await cli.run('doctor')).out).toMatch(expected);
});

it('doctor resolves names with resolvers, and distinguishes a server that rejects the key from an unavailable one', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: [] });
  const config =
    "export default { model: 'best,wurst', resolvers: [(name) => (name === 'best' ? 'lab/x' : undefined)] };";
  const away = { LLM_AWAY: 'openai+http://127.0.0.1:9/v1' };
  using cli = world({ env: { ...lab(server), ...away }, files: { 'majordomo.config.mjs': config } });
  const result = await cli.run('doctor');
  expect(result.out).toContain('character 5: unknown name "wurst" in "best,wurst"');
  expect(result.out).toMatch(/✓ lab +answers, but lists no models \(not-found 404\)/);
  expect(result.out).toMatch(/– away +does not answer \(network\)/);
  expect(result.out).toContain('To fix: the line with ✗.');
});

it('ping --json prints the kind and the message', async () => {
  using cli = world();
  const result = await cli.run('ping', 'openai/gpt-x', '--json');
  expect([result.code, JSON.parse(result.out)]).toMatchObject([
    1,
    [{ target: 'openai/gpt-x', error: { kind: 'auth' } }],
  ]);
});

it('models reports why a backend lists no models, and lists those of the others', async () => {
  const testing = JSON.stringify(import.meta.resolve('@majordomo/testing'));
  const config = `
    import { fakeProvider } from ${testing};
    const listed = [{ id: 'b', provider: 'own', capabilities: {} }, { id: 'a', provider: 'own', capabilities: { tools: true, contextTokens: 128000 } }];
    export default { providers: [{ ...fakeProvider({ id: 'own', models: {} }), listModels: async () => listed }] };`;
  using cli = world({ env: { OPENAI_API_KEY: '' }, files: { 'majordomo.config.mjs': config } });
  const result = await cli.run('models');
  expect([result.code, result.out]).toEqual([0, 'own  2 models\n  a   128k tools\n  b\n']);
  const other = await cli.run('models', 'openai');
  expect(other.code).toBe(1);
  expect(other.out).toContain('set OPENAI_API_KEY');
});

it('models --prices prints prices per million tokens, and marks unknown prices', async () => {
  const testing = JSON.stringify(import.meta.resolve('@majordomo/testing'));
  const config = `
    import { fakeProvider } from ${testing};
    const listed = ['gpt-4.1', 'nobody-knows'].map((id) => ({ id, provider: 'own', capabilities: {} }));
    const own = fakeProvider({ id: 'own', vendor: 'openai', models: {} });
    export default { providers: [{ ...own, listModels: async () => listed }] };`;
  using cli = world({ env: { OPENAI_API_KEY: '' }, files: { 'majordomo.config.mjs': config } });
  const { out } = await cli.run('models', 'own', '--prices');
  expect(out).toMatch(/^own {2}2 models, USD per million tokens as of \d{4}-\d{2}-\d{2}\n/);
  expect(out).toMatch(/\n {2}gpt-4\.1 +· \$2\.00 in, \$8\.00 out\n/);
  expect(out).toMatch(/\n {2}nobody-knows +· price unknown\n$/);
  const [{ models }] = JSON.parse((await cli.run('models', 'own', '--prices', '--json')).out) as [
    { models: readonly { id: string; price?: { rates: object } }[] },
  ];
  expect(models.map(({ id, price }) => [id, price?.rates !== undefined])).toEqual([
    ['gpt-4.1', true],
    ['nobody-knows', false],
  ]);
});

const SECRETS = {
  OPENAI_API_KEY: 'sk-abc',
  LLM_LAB: 'openai://t0ken-of-lab@lab.example/v1?streamUsage=false',
};

it.each([[[]], [['--json']]])(
  'doctor %j shows the location of credentials and never their values',
  async (flags) => {
    using cli = world({
      env: SECRETS,
      files: { 'majordomo.config.json': '{"env":{"ANTHROPIC_API_KEY":"sk-ant-def"},"model":"lab/x"}' },
    });
    const result = await cli.run('doctor', ...flags);
    expect(result.out).toContain('OPENAI_API_KEY (environment)');
    expect(result.out).toContain('majordomo.config.json)');
    expect(result.out).toContain('openai://lab.example/v1 (with a token)');
    expect(result.out + result.err).not.toMatch(/sk-abc|sk-ant-def|t0ken|streamUsage/);
    expect(result.code).toBe(0);
  },
);

it('doctor does not mask the placeholder of the form of a DSN', async () => {
  using cli = world();
  const { out } = await cli.run('doctor');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('define one with LLM_<NAME>=scheme://<KEY>@host/path;');
});

it('doctor reports mistakes in DSNs and aliases with their positions', async () => {
  using cli = world({
    env: {
      LLM_S: 'openai://s3cret/part@host/v1',
      LLM_A: 'openai://tok@a b/v1',
      LLM_B: 'gopher://tok@host',
      LLM_C: 'openai://tok@h?quirk=1',
    },
    files: { 'majordomo.config.json': '{"aliases":{"x":"openai/a,,b","y":"openai/a,z"}}' },
  });
  const result = await cli.run('doctor');
  expect(result.code).toBe(1);
  for (const text of [
    'LLM_A  character 13: its host is not valid',
    'LLM_B  character 0: no registered provider serves the scheme "gopher"',
    'LLM_S  character 15: a slash precedes the @',
    'LLM_C  character 14: unknown quirk',
    'an empty element at character 9',
    'character 9: unknown name "z" in "openai/a,z"',
  ]) {
    expect(result.out).toContain(text);
  }
  expect(result.out).not.toMatch(/tok@|s3cret|part@/);
});

it('doctor --lint runs the plugin on a folder', async () => {
  using cli = world({ files: { 'a.js': "import OpenAI from 'openai';\nnew OpenAI();\n" } });
  const result = await cli.run('doctor', '--lint', '.');
  expect(result.code).toBe(1);
  expect(result.out).toContain('no-raw-sdk');
});

it('doctor --lint fails if it cannot check the files', async () => {
  using cli = world({ files: { 'a.js': '' } });
  const result = await cli.run('doctor', '--lint', 'nowhere');
  expect([result.code, result.out]).toEqual([1, expect.stringContaining('✗ nowhere')]);
});
