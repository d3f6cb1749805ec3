import { asList, asRecord } from '@majordomo/core/toolkit';
import type { Recording } from '@majordomo/test-support';
import { converseBlocks, geminiCandidates, geminiModel, messagesBlocks, responsesItems } from './oracle.ts';

type Uses = Readonly<Record<string, number>>;

/** Returns the number of tool runs at the vendor: the vendor's count, otherwise the number of runs in the response. */
export function usedIn(recording: Recording): Uses {
  const { wire, usageRaw } = recording.expected;
  const raw = asRecord(usageRaw);
  switch (wire) {
    case 'anthropic-messages':
      return {
        ...tally([...programsIn(recording), ...advisorsIn(raw)]),
        ...counts(asRecord(raw['server_tool_use']), /_requests$/),
      };
    case 'openai-responses': {
      const reported = counts(asRecord(raw['server_side_tool_usage_details']), /_calls$/);
      return Object.keys(reported).length > 0 ? reported : tally(responsesItems(recording).flatMap(usedItem));
    }
    case 'bedrock-converse':
      return tally(
        converseBlocks(recording)
          .map(({ toolUse }) => asRecord(toolUse))
          .flatMap(({ type, name }) => (type === 'server_tool_use' ? [String(name)] : [])),
      );
    case 'gemini-generate':
      return tally(searchesIn(recording).map(() => 'web_search'));
    default:
      return {};
  }
}

/** Returns `code_execution` for each program that called tools. The vendor does not count them. */
function programsIn(recording: Recording): readonly string[] {
  const blocks = messagesBlocks(recording);
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  const callers = new Set(calls.map(({ caller }) => asRecord(caller)['tool_id']));
  return blocks.flatMap(({ type, id }) =>
    type === 'server_tool_use' && callers.has(id) ? ['code_execution'] : [],
  );
}

/** Returns `advisor` for each iteration of another model. Its tokens are not part of the usage. */
const advisorsIn = ({ iterations }: Readonly<Record<string, unknown>>): readonly string[] =>
  asList(iterations).flatMap((each) => (asRecord(each)['type'] === 'advisor_message' ? ['advisor'] : []));

/** Returns the billed queries. Up to Gemini 2.5, the vendor bills all queries of a prompt together. */
function searchesIn(recording: Recording): readonly string[] {
  const searches = [...new Set(geminiCandidates(recording).flatMap(queries))];
  return /gemini-[12]/.test(geminiModel(recording)) ? searches.slice(0, 1) : searches;
}

function counts(raw: Readonly<Record<string, unknown>>, tail: RegExp): Uses {
  const used = Object.entries(raw).filter(([, times]) => typeof times === 'number' && times > 0);
  return Object.fromEntries(used.map(([name, times]) => [name.replace(tail, ''), Number(times)]));
}

const TOOLS = /^(web_search|file_search|code_interpreter|image_generation|mcp)_call$/;

function usedItem(item: Readonly<Record<string, unknown>>): readonly string[] {
  const tool = TOOLS.exec(String(item['type']))?.[1];
  // The vendor counts searches. Opening a page and searching in it are actions of the same tool.
  const action = asRecord(item['action'])['type'] ?? 'search';
  return tool === undefined || (tool === 'web_search' && action !== 'search') ? [] : [tool];
}

function queries(candidate: Readonly<Record<string, unknown>>): readonly string[] {
  const calls = asList(asRecord(candidate['content'])['parts']).map((part) =>
    asRecord(asRecord(part)['toolCall']),
  );
  const requested = calls.flatMap(({ args }) => asList(asRecord(args)['queries']));
  const searched = asList(asRecord(candidate['groundingMetadata'])['webSearchQueries']);
  return [...requested, ...searched].map(String).filter((query) => query !== '');
}

function tally(names: readonly string[]): Uses {
  const uses: Record<string, number> = {};
  for (const name of names) uses[name] = (uses[name] ?? 0) + 1;
  return uses;
}
