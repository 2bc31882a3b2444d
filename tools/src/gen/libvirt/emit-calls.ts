import { type Procedure, type Program, pascal } from "./model.ts";

/** The table of a program's procedures: numbers, codecs, and how each is to be treated. */
export function emitProcedures(program: Program): string {
  const rows = program.procedures.map((procedure) => {
    const { method, number, name, quick, stream, argumentsType, resultType } = procedure;
    const encode = argumentsType === undefined ? "encodeNothing" : `codecs.encode${argumentsType}`;
    const decode = resultType === undefined ? "decodeNothing" : `codecs.decode${resultType}`;
    const fields = [
      `program: ${program.number}`,
      `version: ${program.version}`,
      `number: ${number}`,
      `name: "${name}"`,
      `pace: "${quick === true ? "quick" : "ordinary"}"`,
      `stream: ${stream === undefined ? "undefined" : `"${stream}"`}`,
      `encode: ${encode}`,
      `decode: ${decode}`,
    ];
    return `  ${method}: { ${fields.join(", ")} } satisfies Procedure<${argumentTypeOf(procedure)}, ${decodedTypeOf(procedure)}>,\n`;
  });
  return `export const ${program.name}Procedures = {\n${rows.join("")}} as const;\n`;
}

/** One method for each procedure. Those that pass file descriptors are left out: Node cannot pass any. */
export function emitCalls(program: Program): string {
  const callable = program.procedures.filter((procedure) => procedure.descriptors === undefined);
  const name = `${pascal(program.name)}Calls`;
  const methods = callable.map(
    (procedure) => `  ${procedure.method}(${parametersOf(procedure)}): Promise<${resultTypeOf(procedure)}>;\n`,
  );
  const bodies = callable.map((procedure) => {
    const send = procedure.stream === undefined ? "caller.call" : "caller.open";
    const given = procedure.argumentsType === undefined ? "undefined" : "args";
    const parameters = procedure.argumentsType === undefined ? "options" : "args, options";
    return `    ${procedure.method}: (${parameters}) => ${send}(p.${procedure.method}, ${given}, options),\n`;
  });
  return [
    `/** Every procedure of the ${program.name} program that needs no file descriptor; libvirt's manual documents each. */`,
    `export interface ${name} {\n${methods.join("")}}`,
    "",
    `export function ${program.name}Calls(caller: Caller): ${name} {\n  return {\n${bodies.join("")}  };\n}`,
    "",
  ].join("\n");
}

function parametersOf(procedure: Procedure): string {
  const options = "options?: CallOptions";
  return procedure.argumentsType === undefined ? options : `args: ${argumentTypeOf(procedure)}, ${options}`;
}

const argumentTypeOf = ({ argumentsType }: Procedure): string =>
  argumentsType === undefined ? "undefined" : `types.${argumentsType}`;

const decodedTypeOf = ({ resultType }: Procedure): string =>
  resultType === undefined ? "void" : `types.${resultType}`;

function resultTypeOf(procedure: Procedure): string {
  if (procedure.stream === undefined) return decodedTypeOf(procedure);
  return procedure.resultType === undefined ? "WithStream" : `${decodedTypeOf(procedure)} & WithStream`;
}
