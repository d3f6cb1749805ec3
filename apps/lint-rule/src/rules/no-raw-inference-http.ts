import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { lookInto } from '../ast/look.ts';
import { parentOf, type Node } from '../ast/node.ts';
import { inferenceHosts, type InferenceHost } from '../data/hosts.ts';
import { advice, type ReplacementName } from '../data/replacement.ts';
import { wirePaths, type WirePath } from '../data/wire.ts';
import { addressReader, type Verdict } from '../match/address.ts';
import { evidenceIn, proves } from '../match/evidence.ts';
import { addressesIn, senderOf, sentBy, type Sender, type Sent } from '../match/http-call.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type File } from './define.ts';

type Call = ESTree.CallExpression | ESTree.NewExpression;
interface Finding {
  /** Only a host is the vendor's own address. */
  readonly by: 'host' | 'path' | 'evidence';
  readonly what: string;
  readonly use: ReplacementName;
}

const readerOf = perOptions((options) =>
  addressReader({
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

/** Anything that can send; a file without a trace of it is not walked. */
const SENDS =
  /fetch|axios|\bgot\b|\bky\b|undici|https?['"`]|http2|\btls\b|net['"`]|request|\.(?:post|put|patch)\b|WebSocket|EventSource|XMLHttp|sendBeacon|superagent|needle|wretch|redaxios|phin|bent|['"]ws['"]/;

/** Returns the edits that replace a plain request, or undefined for any other request. */
type RewriteCall = (call: Call, code: File['code']) => Edits | undefined;

/** Bans HTTP calls to inference hosts, and to any host on the paths of an inference wire. */
export const noRawInferenceHttp = (rewrite?: RewriteCall): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-inference-http',
    description: 'Disallow raw HTTP calls to models outside provider packages',
    messages: {
      raw: 'Raw inference call ({{what}}). {{advice}}',
    },
    isFixable: rewrite !== undefined,
    options: ['hosts', 'paths', 'certainty'],
    where: 'outside-providers',
    concerns: (text) => SENDS.test(text),
    visit(file) {
      const reported = new Set<Node>();
      const check = (node: Rule.Node): void => {
        if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
        const finding = findingIn(node, file);
        if (finding === undefined || isPartOf(node, reported)) return;
        reported.add(node);
        file.context.report({
          node,
          messageId: 'raw',
          data: { what: finding.what, advice: advice(finding.use, finding.by !== 'host') },
          ...fixWith(rewrite?.(node, file.code)),
        });
      };
      return { CallExpression: check, NewExpression: check };
    },
  });

/** `axios.create({ … }).post(…)` is one call site. */
function isPartOf(node: Rule.Node, reported: ReadonlySet<Node>): boolean {
  const member = parentOf(node);
  const call = member?.type === 'MemberExpression' && member.object === node ? parentOf(member) : undefined;
  return call !== undefined && reported.has(call);
}

function findingIn(call: Call, { code, options }: File): Finding | undefined {
  if (call.arguments.length === 0) return undefined;
  const look = lookInto(code);
  const sent = sentBy(call, look);
  const sender = senderOf(sent.callee, look);
  if (sender === undefined) return undefined;
  const read = readerOf(options);
  const possible = options.certainty === 'possible';
  // The address is the first argument, or the second after a method's or socket's name.
  for (const [index, argument] of sent.arguments.slice(0, 3).entries())
    for (const verdict of hostsFirst(addressesIn(argument, index, look).map(read))) {
      const finding = judge(verdict, { call: sent, index, sender, possible, code });
      if (finding !== undefined) return finding;
    }
  return undefined;
}

/** Of `${base ?? 'https://api.groq.com'}/v1/chat/completions`, the host says more than the path. */
function hostsFirst(verdicts: readonly Verdict[]): readonly Verdict[] {
  const isHost = (verdict: Verdict): boolean => verdict.kind === 'inference' && verdict.by === 'host';
  return verdicts.length < 2 ? verdicts : verdicts.toSorted((a, b) => Number(isHost(b)) - Number(isHost(a)));
}

interface Case {
  readonly call: Sent;
  readonly index: number;
  readonly sender: Sender;
  readonly possible: boolean;
  readonly code: File['code'];
}

function judge(verdict: Verdict, { call, index, sender, possible, code }: Case): Finding | undefined {
  // A route of this app's own: the function that answers comes along.
  if (verdict.kind === 'inference' && verdict.relative && call.arguments.slice(1).some(isFunction))
    return undefined;
  if (verdict.kind === 'other' || (verdict.kind === 'unknown' && index > 0)) return undefined;
  if (verdict.kind === 'inference' && isCertain(verdict, sender)) return verdict;
  const evidence = evidenceIn(call.arguments, lookInto(code));
  if (verdict.kind === 'inference') {
    const needs = sender === 'method' && verdict.needs === 'nothing' ? 'any' : verdict.needs;
    return proves(needs, evidence, verdict.named) || (possible && needs !== 'header') ? verdict : undefined;
  }
  if (evidence.header !== undefined)
    return { by: 'evidence', what: `header '${evidence.header.name}'`, use: evidence.header.use };
  if (!evidence.body || !(verdict.named || possible)) return undefined;
  return { by: 'evidence', what: 'a body with a model and its input', use: 'core' };
}

/** `client.post('/chat/completions')` may be a server's route; with a host, or through a known client, it is a call. */
function isCertain(verdict: Extract<Verdict, { kind: 'inference' }>, sender: Sender): boolean {
  return verdict.needs === 'nothing' && (sender === 'client' || !verdict.relative);
}

const isFunction = ({ type }: Node): boolean =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
