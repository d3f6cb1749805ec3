import type { ModelRequest } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';

type Tool = ModelRequest['tools'][number];
type Count = (text: string) => number;

/** Vendors whose models read tools as declarations of functions. The models of other vendors read JSON. */
const DECLARING: ReadonlySet<string> = new Set(['openai', 'azure', 'google', 'google-vertex']);

// Tokens of a declaration besides its texts, fitted to the reported input of recordings of 2024 to 2026.
const PER_LIST = 12;
const PER_FUNCTION = 7;
const PER_OBJECT = 3;
const PER_MEMBER = 3;

/** Estimates the tokens of the tools of a request, without those that a vendor adds to every request with tools. */
export function toolTokens(tools: readonly Tool[], vendor: string, count: Count): number {
  if (tools.length === 0) return 0;
  if (!DECLARING.has(vendor)) return tools.reduce((sum, tool) => sum + count(textOf(tool)), 0);
  return tools.reduce((sum, tool) => sum + declarationTokens(tool, count), PER_LIST);
}

const textOf = ({ name, description, parameters }: Tool): string =>
  JSON.stringify({ name, description, parameters });

const declarationTokens = ({ name, description = '', parameters }: Tool, count: Count): number =>
  PER_FUNCTION + count(`${name}: ${description}`) + memberTokens(asRecord(parameters), count);

function memberTokens(schema: Readonly<Record<string, unknown>>, count: Count): number {
  const members = Object.entries(asRecord(schema['properties']));
  if (members.length === 0) return 0;
  return members.reduce((sum, [name, member]) => sum + tokensOfMember(name, member, count), PER_OBJECT);
}

function tokensOfMember(name: string, member: unknown, count: Count): number {
  const { type, description, enum: values, properties, items } = asRecord(member);
  const nested = properties ?? items;
  return (
    PER_MEMBER +
    count(`${name}: ${asText(type) ?? ''} ${asText(description) ?? ''}`) +
    asList(values).reduce<number>((sum, value) => sum + PER_MEMBER + count(String(value)), 0) +
    (nested === undefined ? 0 : count(JSON.stringify(nested)))
  );
}
