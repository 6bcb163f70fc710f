// Ask an endpoint through Comunica: node ask.mjs ENDPOINT QUERY prints the solutions as lines of JSON.
import { QueryEngine } from '@comunica/query-sparql';

const [endpoint, query] = process.argv.slice(2);
const stream = await new QueryEngine().queryBindings(query, { sources: [{ type: 'sparql', value: endpoint }] });
for await (const bindings of stream) {
  console.log(JSON.stringify(Object.fromEntries([...bindings].map(([name, term]) => [name.value, term.value]))));
}
