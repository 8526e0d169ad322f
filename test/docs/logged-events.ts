import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** An event that the app logs, as its source says. */
export interface LoggedEvent {
  event: string;
  fields: ReadonlySet<string>;
}

const LIB = fileURLToPath(new URL("../../lib", import.meta.url));
const LEVELS = new Set(["info", "warn", "error"]);

/** Asks the compiler for the arguments of every call of a logger in `lib/`, so that no variable and no spread hides one. */
export function findLoggedEvents(): LoggedEvent[] {
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => path.join(LIB, name));
  const program = ts.createProgram(files, OPTIONS, readingOnlyOurs());
  const checker = program.getTypeChecker();
  const found: LoggedEvent[] = [];
  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node) && isLoggerCall(node)) {
      const [event, fields] = node.arguments;
      for (const name of event === undefined ? [] : literalsOf(checker.getTypeAtLocation(event))) {
        found.push({ event: name, fields: new Set(fields ? namesOf(fields) : []) });
      }
    }
    ts.forEachChild(node, visit);
  }
  function isLoggerCall({ expression }: ts.CallExpression): boolean {
    const isAccess =
      (ts.isPropertyAccessExpression(expression) && LEVELS.has(expression.name.text)) ||
      ts.isElementAccessExpression(expression);
    return isAccess && checker.getTypeAtLocation(expression.expression).symbol?.name === "Logger";
  }
  function namesOf(fields: ts.Expression): string[] {
    return checker
      .getTypeAtLocation(fields)
      .getProperties()
      .map(({ name }) => name);
  }
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) {
      visit(source);
    }
  }
  return found;
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  types: [],
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
};

/** The types of packages take most of the time, and no event's name or field depends on them. */
function readingOnlyOurs(): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (literals, importer, _redirect, options) =>
    literals.map(({ text }) =>
      text.startsWith(".")
        ? ts.resolveModuleName(text, importer, options, host)
        : { resolvedModule: undefined },
    );
  return host;
}

/** @throws {Error} for a text that the compiler does not know, which nobody could look up in the document. */
function literalsOf(type: ts.Type): string[] {
  const types = type.isUnion() ? type.types : [type];
  return types.map((one) => {
    if (!one.isStringLiteral()) {
      throw new Error("An event's name is not known to the compiler");
    }
    return one.value;
  });
}
