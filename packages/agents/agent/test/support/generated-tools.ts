import type { Tool } from '../../src/index.ts';

const SERVICES: Readonly<Record<string, readonly string[]>> = {
  github: ['issue', 'pull request', 'repository', 'branch', 'release'],
  jira: ['ticket', 'sprint', 'board', 'epic', 'worklog'],
  slack: ['channel', 'message', 'reminder', 'emoji', 'workspace'],
  calendar: ['event', 'meeting', 'holiday', 'room', 'invitation'],
  stripe: ['payment', 'invoice', 'subscription', 'refund', 'coupon'],
  drive: ['file', 'folder', 'permission', 'comment', 'revision'],
  shop: ['order', 'product', 'cart', 'warehouse', 'shipment'],
  crm: ['contact', 'lead', 'deal', 'campaign', 'quote'],
  payroll: ['employee', 'salary', 'timesheet', 'vacation', 'contract'],
  database: ['table', 'query', 'backup', 'index', 'migration'],
};
const VERBS = [
  'create',
  'list',
  'delete',
  'update',
  'search',
  'export',
  'archive',
  'share',
  'count',
  'merge',
];
const REGIONS = ['', 'eu', 'us', 'test', 'legacy', 'apac', 'public', 'internal', 'beta', 'edge', 'spare'];

/** Returns generated tools of ten services, like those of MCP servers. Names are in snake case and in camel case. */
export function generatedTools(count: number, run: Tool['run'] = (args) => ({ ran: args })): readonly Tool[] {
  const tools: Tool[] = [];
  for (let round = 0; tools.length < count; round++)
    for (const [service, objects] of Object.entries(SERVICES))
      for (const object of objects)
        for (const verb of VERBS)
          if (tools.length < count) tools.push(generatedTool(service, verb, object, round, run));
  return tools;
}

function generatedTool(service: string, verb: string, object: string, round: number, run: Tool['run']): Tool {
  const region = REGIONS[round % REGIONS.length] ?? '';
  const words = [service, verb, ...object.split(' '), ...(round === 0 ? [] : [region, String(round)])];
  const snake = words.join('_');
  const camel = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  const place = round === 0 ? '' : ` in the ${region} environment ${round}`;
  return {
    name: words.join('').length % 2 === 0 ? snake : camel.join(''),
    description: `${verb.charAt(0).toUpperCase()}${verb.slice(1)}s a ${object} of ${service}${place}. Use it when the person asks to ${verb} a ${object}.`,
    parameters: {
      type: 'object',
      properties: {
        [`${object.replace(' ', '')}Id`]: { type: 'string', description: `Identifier of the ${object}.` },
        options: { type: 'object', properties: { dryRun: { type: 'boolean', description: 'Only check.' } } },
      },
      required: [`${object.replace(' ', '')}Id`],
    },
    run,
  };
}
