// Analyses files, one call each: node analyze.js [--target HOST:PORT] FILE...

import { readFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { connect, deadline, errorInWords } from './connection.js';

// More than any article takes, retries included. Without a deadline a call may wait for ever.
const DEADLINE_SECONDS = 10;

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string', default: '127.0.0.1:50051' } },
});
const service = connect(values.target);
const analyze = promisify(service.Analyze).bind(service);

for (const file of files) {
  const text = await readFile(file, 'utf8');
  try {
    const request = {
      document: { text },
      // JavaScript's strings are indexed by UTF-16 code unit.
      offsetUnit: 'OFFSET_UNIT_UTF16_CODE_UNIT',
    };
    show(text, await analyze(request, { deadline: deadline(DEADLINE_SECONDS) }));
  } catch (error) {
    process.exitCode = 1;
    for (const line of errorInWords(error)) console.error(`${file}: ${line}`);
  }
}
service.close();

function show(text, { languageCode, keywords, summary, sentences }) {
  const slice = ({ start, end }) => text.slice(start, end);
  console.log(`language ${languageCode}`);
  for (const keyword of keywords.keywords) {
    console.log(`keyword ${keyword.score.toFixed(2)} ${keyword.text}`);
  }
  for (const { rank, span } of summary.sentences) {
    console.log(`summary ${rank} ${slice(span)}`);
  }
  for (const { kind, span } of sentences.sentences) {
    console.log(`sentence ${kind.replace('SENTENCE_KIND_', '')} ${slice(span)}`);
  }
}
