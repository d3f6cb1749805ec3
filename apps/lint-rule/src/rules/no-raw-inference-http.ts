import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { startAnalysis } from '../ast/analysis.ts';
import { parentOf, type Node } from '../ast/node.ts';
import { inferenceHosts, type InferenceHost } from '../data/hosts.ts';
import { advice, type ReplacementName } from '../data/replacement.ts';
import { wirePaths, type WirePath } from '../data/wire.ts';
import { addressMatcher, type AddressMatch } from '../match/address.ts';
import { evidenceIn, isSufficient, type Evidence } from '../match/evidence.ts';
import { addressesIn, senderKind, resolveCall, type SenderKind, type HttpCall } from '../match/http-call.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type RuleFile } from './define.ts';

type Call = ESTree.CallExpression | ESTree.NewExpression;
interface HttpFinding {
  /** Part of the call that matched. `host` means that the request is sent to the vendor's own address. */
  readonly source: 'host' | 'path' | 'evidence';
  readonly subject: string;
  readonly use: ReplacementName;
}

const matcherOf = perOptions((options) =>
  addressMatcher({
    hosts: [
      ...(options.hosts ?? []).map((host): InferenceHost => ({ host, use: 'compatible' })),
      ...inferenceHosts,
    ],
    paths: [
      ...(options.paths ?? []).map((path): WirePath => ({ path, use: 'compatible', needs: 'nothing' })),
      ...wirePaths,
    ],
  }),
);

/** Matches files that may send a request. Other files are not traversed. */
const HTTP_HINT =
  /fetch|axios|\bgot\b|\bky\b|undici|https?['"`]|http2|\btls\b|net['"`]|request|\.(?:post|put|patch)\b|WebSocket|EventSource|XMLHttp|sendBeacon|superagent|needle|wretch|redaxios|phin|bent|['"]ws['"]/;

/** Function that returns the edits that replace a plain request, or undefined for any other request. */
type RewriteCall = (call: Call, code: RuleFile['code']) => Edits | undefined;

/** Creates the rule that reports HTTP calls to inference hosts, or to any host on a path of an inference API. */
export const noRawInferenceHttp = (rewrite?: RewriteCall): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-inference-http',
    description: 'Disallow raw HTTP calls to models outside provider packages',
    messages: {
      raw: 'Raw inference call ({{subject}}). {{advice}}',
    },
    isFixable: rewrite !== undefined,
    options: ['hosts', 'paths', 'certainty'],
    fileKind: 'outside-providers',
    mayApply: (text) => HTTP_HINT.test(text),
    createListener(file) {
      const reported = new Set<Node>();
      const check = (node: Rule.Node): void => {
        if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
        const finding = findingIn(node, file);
        if (finding === undefined || isPartOf(node, reported)) return;
        reported.add(node);
        file.context.report({
          node,
          messageId: 'raw',
          data: { subject: finding.subject, advice: advice(finding.use, finding.source !== 'host') },
          ...fixWith(rewrite?.(node, file.code)),
        });
      };
      return { CallExpression: check, NewExpression: check };
    },
  });

/** Whether the node is a part of a reported call, such as `axios.create({ … })` in `axios.create({ … }).post(…)`. */
function isPartOf(node: Rule.Node, reported: ReadonlySet<Node>): boolean {
  const member = parentOf(node);
  const call = member?.type === 'MemberExpression' && member.object === node ? parentOf(member) : undefined;
  return call !== undefined && reported.has(call);
}

function findingIn(call: Call, { code, options }: RuleFile): HttpFinding | undefined {
  if (call.arguments.length === 0) return undefined;
  const analysis = startAnalysis(code);
  const httpCall = resolveCall(call, analysis);
  const sender = senderKind(httpCall.callee, analysis);
  if (sender === undefined) return undefined;
  const matchAddress = matcherOf(options);
  const possible = options.certainty === 'possible';
  // The address is the first argument, or it follows the name of a method or the port of a socket.
  for (const [index, argument] of httpCall.arguments.slice(0, 3).entries())
    for (const match of hostsFirst(addressesIn(argument, index, analysis).map(matchAddress))) {
      const finding = toFinding(match, { call: httpCall, index, sender, possible, code });
      if (finding !== undefined) return finding;
    }
  return undefined;
}

/** Returns matches of hosts first. In `${base ?? 'https://api.groq.com'}/v1/chat/completions`, the host is more specific. */
function hostsFirst(matches: readonly AddressMatch[]): readonly AddressMatch[] {
  const isHost = (match: AddressMatch): boolean => match.kind === 'inference' && match.source === 'host';
  return matches.length < 2 ? matches : matches.toSorted((a, b) => Number(isHost(b)) - Number(isHost(a)));
}

interface CallSite {
  readonly call: HttpCall;
  readonly index: number;
  readonly sender: SenderKind;
  readonly possible: boolean;
  readonly code: RuleFile['code'];
}

function toFinding(
  match: AddressMatch,
  { call, index, sender, possible, code }: CallSite,
): HttpFinding | undefined {
  if (match.kind === 'other') return undefined;
  const evidence = () => evidenceIn(call.arguments, startAnalysis(code));
  if (match.kind === 'unknown')
    // Only the first argument is an address whose parts may all be unknown.
    return index > 0 ? undefined : findingByEvidence(evidence(), match.hasVendorName || possible);
  // A relative path with a handler function defines a route of this application.
  if (match.isRelative && call.arguments.slice(1).some(isFunction)) return undefined;
  if (isCertain(match, sender)) return match;
  // The name of a method alone does not show that a request is sent, so the call must contain other evidence.
  const needs = sender === 'method' && match.needs === 'nothing' ? 'any' : match.needs;
  if (possible && needs !== 'header') return match;
  return isSufficient(needs, evidence(), match.hasVendorName) ? match : undefined;
}

/** Returns the finding of a request to an unknown address. A body is evidence only if `acceptsBody` is set. */
function findingByEvidence(evidence: Evidence, acceptsBody: boolean): HttpFinding | undefined {
  if (evidence.header !== undefined)
    return { source: 'evidence', subject: `header '${evidence.header.name}'`, use: evidence.header.use };
  if (!evidence.body || !acceptsBody) return undefined;
  return { source: 'evidence', subject: 'a body with a model and its input', use: 'core' };
}

/**
 * Whether a match is certainly a request. A call such as `client.post('/chat/completions')` may define a server's route, unless
 * its address has a host or its client is known.
 */
function isCertain(match: Extract<AddressMatch, { kind: 'inference' }>, sender: SenderKind): boolean {
  return match.needs === 'nothing' && (sender === 'client' || !match.isRelative);
}

const isFunction = ({ type }: Node): boolean =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
