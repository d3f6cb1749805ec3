import { outcomesOf } from './outcomes.ts';
import type { Subject } from './subjects.ts';

/** Members of Vitest's JSON report that the matrix reads. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** Returns the cases that passed in the matrix but not in the run, as `file > variant > case: status`. */
export function unproven(subjects: readonly Subject[], { testResults }: Report): readonly string[] {
  const status = new Map(
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map((test) => [
        `${name} > ${test.ancestorTitles.join(' ')} > ${test.title}`,
        test.status,
      ]),
    ),
  );
  const statusOf = (end: string): string | undefined => [...status].find(([id]) => id.endsWith(end))?.[1];
  return subjects.flatMap((subject) => {
    const outcomes = outcomesOf(subject);
    return subject.variants.flatMap(([title]) =>
      outcomes
        .filter(({ cannot }) => !cannot.some(([other]) => other === title))
        .map(({ of }) => `${subject.file} > ${title} > ${of.name}`)
        .flatMap((id) => (statusOf(id) === 'passed' ? [] : [`${id}: ${statusOf(id) ?? 'not run'}`])),
    );
  });
}
