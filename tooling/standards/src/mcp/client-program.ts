/** Client for all client scenarios of the suite. Connects with `connectMcp`, and calls each tool of the server once. */
import type { Tool, ToolContext } from '@majordomo/agent';
import { asRecord } from '@majordomo/core/toolkit';
import { connectMcp, type McpAuth, type OAuthClientProvider } from '@majordomo/mcp';
import { CrossAppAccessProvider, requestJwtAuthorizationGrant } from '@modelcontextprotocol/client';

const METADATA_URL = 'https://conformance-test.local/client-metadata.json';
const CALL_MS = 20_000;

/** Values of arguments by the type in the schema. */
const VALUES: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 5,
  number: 5,
  boolean: true,
  array: [],
  object: {},
};

const url = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const context = asRecord(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));

await using toolbox = await connectMcp({
  name: 'suite',
  prefix: '',
  approve: 'none',
  place: { url, auth: await authOf() },
  resources: true,
  onElicit: () => ({ action: 'accept', content: {} }),
  timeoutMs: 10_000,
  connectMs: 15_000,
});
const scripted = scriptedCalls();
for (const tool of toolbox.tools) await call(tool, scripted.get(tool.name) ?? argumentsFor(tool));

/** Returns the authorization that the scenario expects. */
async function authOf(): Promise<McpAuth | OAuthClientProvider | undefined> {
  if (!scenario.startsWith('auth/')) return undefined;
  switch (scenario) {
    case 'auth/basic-cimd':
      return { grant: 'login', client: { metadataUrl: METADATA_URL }, show };
    case 'auth/pre-registration':
      return { grant: 'login', client: { ...credentials(), issuer: await issuerOf() }, show };
    case 'auth/client-credentials-basic':
      return { grant: 'client-credentials', ...credentials(), issuer: await issuerOf() };
    case 'auth/client-credentials-jwt':
      return {
        grant: 'private-key-jwt',
        clientId: textOf('client_id'),
        privateKey: textOf('private_key_pem'),
        algorithm: textOf('signing_algorithm'),
        issuer: await issuerOf(),
      };
    case 'auth/enterprise-managed-authorization':
      return enterpriseProvider(await issuerOf());
    default:
      return { grant: 'login', client: { register: { name: 'majordomo' } }, show };
  }
}

/** Returns a provider of the SDK that exchanges the user's token of a company for an authorization at the server's issuer. */
function enterpriseProvider(expectedIssuer: string): OAuthClientProvider {
  return new CrossAppAccessProvider({
    ...credentials(),
    expectedIssuer,
    async assertion({ authorizationServerUrl, resourceUrl, scope, fetchFn }) {
      const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
        tokenEndpoint: textOf('idp_token_endpoint'),
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken: textOf('idp_id_token'),
        clientId: textOf('idp_client_id'),
        ...(scope !== undefined && { scope }),
        fetchFn,
      });
      return jwtAuthGrant;
    },
  });
}

function credentials(): { clientId: string; clientSecret: string } {
  return { clientId: textOf('client_id'), clientSecret: textOf('client_secret') };
}

function textOf(name: string): string {
  const value = context[name];
  if (typeof value !== 'string') throw new Error(`the context of ${scenario} has no ${name}`);
  return value;
}

/** Returns the issuer in the metadata of the server. An application knows the issuer that registered it. */
async function issuerOf(): Promise<string> {
  for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
    const response = await fetch(new URL(path, url));
    if (!response.ok) continue;
    const { authorization_servers: servers } = asRecord(await response.json());
    if (Array.isArray(servers)) return String(servers[0]);
  }
  throw new Error(`${url} has no metadata`);
}

/** Opens the address of a login as a browser does, and follows its redirect. */
async function show(address: string): Promise<void> {
  const response = await fetch(address, { redirect: 'manual' });
  const target = response.headers.get('location');
  if (target === null) throw new Error(`the login did not redirect: ${response.status}`);
  await fetch(target);
}

/** Calls a tool. The suite checks the requests, so a failed call does not end the program. */
async function call({ name, run }: Tool, args: Arguments): Promise<void> {
  const toolContext: ToolContext = {
    signal: AbortSignal.timeout(CALL_MS),
    callId: 'call',
    key: 'run/call',
    depth: 0,
    call: () => Promise.reject(new Error('no other tool exists')),
    context: undefined,
    spend: () => undefined,
    options: {},
  };
  try {
    console.error(name, JSON.stringify(await run(args as never, toolContext)));
  } catch (error) {
    console.error(name, error);
  }
}

type Arguments = Readonly<Record<string, unknown>>;

/** Returns the calls that the scenario prescribes, by tool. */
function scriptedCalls(): ReadonlyMap<string, Arguments> {
  const calls = Array.isArray(context['toolCalls']) ? context['toolCalls'].map(asRecord) : [];
  return new Map(calls.map(({ name, arguments: args }) => [String(name), asRecord(args)]));
}

/** Returns arguments of the types in the tool's schema. */
function argumentsFor({ name, parameters }: Tool): Arguments {
  if (name === 'add_numbers') return { a: 5, b: 3 };
  // The server compares the schema of its other tool with the one that the client has received.
  if (name === 'json_schema_echo') return { schema: parametersOf('json_schema_2020_12_tool') };
  const properties = Object.entries(asRecord(asRecord(parameters)['properties']));
  const valueOf = ({ type }: Readonly<Record<string, unknown>>): unknown =>
    typeof type === 'string' ? VALUES[type] : VALUES['string'];
  return Object.fromEntries(properties.map(([key, schema]) => [key, valueOf(asRecord(schema))]));
}

function parametersOf(name: string): unknown {
  return toolbox.tools.find((tool) => tool.name === name)?.parameters;
}
