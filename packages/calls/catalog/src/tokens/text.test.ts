import { describe, expect, it } from 'vitest';
import { estimateTokens } from './text.ts';

const bytes = Array.from({ length: 300 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join('');

/** Texts, and the number of o200k tokens of five copies, measured with gpt-tokenizer 4.0 on 2026-11-21. */
const COUNTED: readonly (readonly [what: string, text: string, o200k: number])[] = [
  [
    'English',
    'The committee decided on Tuesday that the new bridge would be opened to traffic before the end of the year, although some of the work on the northern side is not finished. ',
    171,
  ],
  [
    'German',
    'Der Ausschuss beschloss am Dienstag, dass die neue Brücke noch vor Jahresende für den Verkehr freigegeben wird, obwohl einige Arbeiten auf der Nordseite noch nicht abgeschlossen sind. ',
    186,
  ],
  [
    'Turkish',
    'Komite salı günü, kuzey tarafındaki bazı çalışmalar bitmemiş olsa da yeni köprünün yıl sonundan önce trafiğe açılmasına karar verdi. ',
    171,
  ],
  [
    'Vietnamese',
    'Ủy ban đã quyết định vào thứ Ba rằng cây cầu mới sẽ được thông xe trước cuối năm, mặc dù một số công việc ở phía bắc chưa hoàn thành. ',
    180,
  ],
  [
    'Russian',
    'Комитет решил во вторник, что новый мост будет открыт для движения до конца года, хотя некоторые работы на северной стороне ещё не закончены. ',
    151,
  ],
  ['Chinese', '委员会星期二决定，新桥将在年底前开放通车，尽管北侧的一些工程尚未完成。', 120],
  [
    'Japanese',
    '委員会は火曜日に、北側の工事の一部がまだ終わっていないにもかかわらず、新しい橋を年内に開通させることを決定した。',
    230,
  ],
  [
    'Korean',
    '위원회는 화요일에 북쪽의 일부 공사가 아직 끝나지 않았지만 새 다리를 연말 전에 개통하기로 결정했다. ',
    160,
  ],
  [
    'Arabic',
    'قررت اللجنة يوم الثلاثاء أن الجسر الجديد سيفتح أمام حركة المرور قبل نهاية العام رغم أن بعض الأعمال في الجانب الشمالي لم تنته بعد. ',
    156,
  ],
  [
    'Hindi',
    'समिति ने मंगलवार को निर्णय लिया कि नया पुल वर्ष के अंत से पहले यातायात के लिए खोल दिया जाएगा, हालांकि उत्तरी ओर का कुछ काम अभी पूरा नहीं हुआ है। ',
    182,
  ],
  [
    'TypeScript',
    'export async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {\n  for await (const line of lines(body)) { if (line.startsWith("data: ")) yield JSON.parse(line.slice(6)); }\n}\n',
    250,
  ],
  [
    'JSON',
    '{"type":"object","properties":{"city":{"type":"string","description":"The city"},"unit":{"enum":["c","f"]}},"required":["city"]}',
    170,
  ],
  ['base64', btoa(bytes), 1390],
  ['a key', '3f2b8c1e-9d47-4a6b-8e15-7c0d2f9a1b34 ', 170],
  ['numbers', '12.5, 1998, 2026-11-20T23:59:59.123Z, 0.0042, 31415926535, 100%, 3/4, ', 230],
  ['emoji', 'Great 👍🏽 party 🎉🎉 tonight 😀! ', 61],
];

describe('an estimate is within 30 % of the count of a tokenizer', () => {
  it.each(COUNTED)('%s', (_what, text, o200k) => {
    const share = estimateTokens(text.repeat(5)) / o200k;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(1.3);
  });
});

it.each([
  ['', 0],
  ['a', 1],
  [' ', 0],
])('the estimate of %j is %i', (text, tokens) => {
  expect(estimateTokens(text)).toBe(tokens);
});

it('counts a token per sixteen line breaks', () => {
  expect(estimateTokens('\n'.repeat(5000))).toBe(313);
});

it('takes linear time for a megabyte of any content', () => {
  const megabyte = 1 << 20;
  const texts = ['a', 'aA1', '{"', ' \n', '1 ', '委', '😀', 'é ', '='].map((piece) =>
    piece.repeat(Math.ceil(megabyte / piece.length)),
  );
  for (const text of texts) {
    // Processor time. One text takes at most 150 ms on an idle machine. Quadratic time would be minutes.
    const from = process.cpuUsage();
    estimateTokens(text);
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(1500);
  }
});
