import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { expenseAuditor } from '../src/expense-audit.ts';

const PROGRAM = `
const ids = Array.from({ length: 20 }, (_, n) => 'e' + (n + 1));
const all = await Promise.all(ids.map((employee) => tools.expenses({ employee })));
return all.filter(({ euros }) => euros > 500).map(({ employee }) => employee);`;

it('an auditor reads 20 employees with one program, and leaves the payment to a person', async () => {
  const turns = [
    { toolCalls: [{ name: 'run_code', args: { code: PROGRAM } }] },
    { toolCalls: [{ name: 'pay', args: { employee: 'e20' } }] },
  ];
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake] }).model('f/m');
  const read: string[] = [];
  const agent = expenseAuditor(model, (employee) => {
    read.push(employee);
    return Promise.resolve(Number(employee.slice(1)) * 26);
  });
  const { awaiting, messages } = await agent.run('Which employees exceeded 500 euros? Pay the last one.');
  expect(read).toHaveLength(20);
  expect(JSON.stringify(messages)).toContain(String.raw`{\"value\":[\"e20\"],\"output\":\"\"}`);
  expect(awaiting.map(({ name, args }) => [name, args])).toEqual([['pay', { employee: 'e20' }]]);
});
