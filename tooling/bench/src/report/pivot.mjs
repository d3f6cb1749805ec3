import { median, medianRatio } from '../measure/statistics.mjs';
import { inFigures, markdown } from './table.mjs';

/**
 * A table for each metric, short enough for a page: wires down, subjects across. Where no wire is involved, subjects go
 * down.
 */
export function pivotsOf(measures) {
  const metrics = [...new Set(measures.map(({ metric }) => metric))];
  return metrics.map((metric) => {
    const own = measures.filter((each) => each.metric === metric);
    const [{ title, unit }] = own;
    const table = own.every(({ wire }) => wire === '-') ? down(own) : across(own);
    return `${title}${unit === '' ? '' : `, ${unit}`}\n\n${table}`;
  });
}

/** A table for each wire: subjects down, metrics across, by their units, and `last`, which was measured elsewhere. */
export function besideEachOther(measures, last) {
  const named = (key) => [...new Set(measures.map((each) => each[key]))];
  const metrics = named('metric');
  return named('wire').map((wire) => {
    const of = (metric, subject) =>
      measures.find((each) => each.metric === metric && each.subject === subject && each.wire === wire);
    const rows = named('subject').map((subject) => [
      subject,
      ...metrics.map((metric) => cell(of(metric, subject))),
      last.of(subject),
    ]);
    return markdown([wire, ...metrics, last.title], rows);
  });
}

const down = (own) =>
  markdown(
    ['', own[0].unit],
    own.map((each) => [each.subject, cell(each)]),
  );

function across(own) {
  const subjects = [...new Set(own.map(({ subject }) => subject))];
  const isCompared = subjects.includes('sdk') && subjects.includes('majordomo');
  const rows = [...new Set(own.map(({ wire }) => wire))].map((wire) => {
    const of = (subject) => own.find((each) => each.wire === wire && each.subject === subject);
    return [
      wire,
      ...subjects.map((subject) => cell(of(subject))),
      ...(isCompared ? [ratio(of('majordomo'), of('sdk'))] : []),
    ];
  });
  return markdown(['wire', ...subjects, ...(isCompared ? ['majordomo × SDK'] : [])], rows);
}

const cell = (measure) =>
  measure === undefined ? '' : measure.error === undefined ? inFigures(median(measure.values)) : 'failed';

const ratio = (own, other) =>
  own === undefined || other === undefined ? '' : inFigures(medianRatio(own.values, other.values));
