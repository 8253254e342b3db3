// The contract (api/openapi.yaml) as something to hold answers against.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import add_formats from 'ajv-formats';
import { parse } from 'yaml';

export class Contract {
  constructor(file) {
    this.document = parse(readFileSync(file, 'utf8'));
    // `strict` finds misspelt keywords and unknown formats in the contract itself.
    this.ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
    add_formats(this.ajv);
    this.ajv.addVocabulary(['example', 'components', 'paths', 'info', 'servers', 'tags', 'openapi', 'security']);
    this.ajv.addSchema(this.document, 'contract');
    this.answered = new Set(); // "GET /path 200" of what was held against it.
  }

  // [{method, path, operation}], in the words of the server's own table.
  get operations() {
    const verbs = ['get', 'put', 'post', 'delete', 'patch'];
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      verbs.filter((verb) => verb in item).map((verb) => ({ method: verb.toUpperCase(), path, operation: item[verb] })));
  }

  // The operation that a request belongs to. Fixed segments count before variable ones.
  operation_of(method, pathname) {
    const found = this.operations.filter((one) => one.method === method && pattern_of(one.path).test(pathname));
    found.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    return found[0];
  }

  resolve(node) {
    let at = node;
    while (at?.$ref) at = at.$ref.slice(2).split('/').reduce((from, step) => from[step.replaceAll('~1', '/')], this.document);
    return at;
  }

  // What is wrong with a value by the schema at '#/...'; empty where nothing is.
  problems(value, pointer) {
    const validate = this.ajv.getSchema(`contract${pointer}`) ?? this.ajv.compile({ $ref: `contract${pointer}` });
    if (validate(value)) return [];
    return validate.errors.map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`);
  }

  // What is wrong with an answer. `body`: parsed where it is JSON.
  problems_of_answer(method, pathname, { status, headers, body }) {
    const found = this.operation_of(method, pathname);
    if (!found) return [`${method} ${pathname} is not in the contract`];
    const where = `#/paths/${found.path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}`;
    const given = found.operation.responses[status];
    if (!given) return [`${status} is not in the contract of ${method} ${found.path}: ${JSON.stringify(body)}`];
    this.answered.add(`${method} ${found.path} ${status}`);
    const response = this.resolve(given);
    const base = given.$ref ?? `${where}/responses/${status}`;
    const problems = [];
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      const value = headers.get(name);
      if (value === null) continue;
      const schema = this.resolve(this.resolve(header).schema);
      const typed = schema.type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
      if (!this.ajv.validate(schema, typed)) problems.push(`header ${name}: ${value} is not as in the contract`);
    }
    const type = (headers.get('content-type') ?? '').split(';')[0];
    if (!response.content) {
      if (body !== undefined && body !== '') problems.push(`${status} should have no body`);
      return problems;
    }
    if (!response.content[type]) return [...problems, `${type} is not in the contract of ${method} ${found.path} ${status}`];
    if (type !== 'application/json') return problems;
    return [...problems, ...this.problems(body, `${base}/content/application~1json/schema`)];
  }
}

function pattern_of(path) {
  const wild = path === '/assets/{key}' ? '.+' : '[^/]+';
  return new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, wild)}$`);
}
