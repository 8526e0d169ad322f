// @ts-nocheck The linter publishes no types of its plugins.
/** The linter has no rules of its own for the style of comments and the case of constants. */

/** Declarations have documentation comments. Comments between statements begin with two slashes. */
const commentStyle = {
  create(context) {
    const bodies = [];
    const expressions = [];
    return {
      BlockStatement: note(bodies),
      SwitchStatement: note(bodies),
      ArrayExpression: note(expressions),
      ObjectExpression: note(expressions),
      CallExpression: note(expressions),
      TemplateLiteral: note(expressions),
      ArrowFunctionExpression: note(expressions),
      "Program:exit"() {
        for (const comment of context.sourceCode.getAllComments()) {
          const message = judgeComment(comment, { bodies, expressions });
          if (message !== undefined) {
            context.report({ loc: comment.loc, message });
          }
        }
      },
    };
  },
};

function note(ranges) {
  return (node) => void ranges.push(node.range);
}

function judgeComment({ type, value, range: [start, end] }, { bodies, expressions }) {
  const isIn = (ranges) => ranges.some(([from, to]) => from < start && end < to);
  const isBlock = type === "Block";
  const isDirective = type === "Shebang" || /^\s*(?:@ts-|@import|oxlint-)/u.test(value);
  if (isDirective || isIn(expressions)) {
    return undefined;
  }
  if (isIn(bodies)) {
    return isBlock ? "A comment between statements begins with //." : undefined;
  }
  return isBlock && value.startsWith("*") ? undefined : "A declaration's comment is /** … */.";
}

/** A module's fixed values are in UPPER_CASE. Its functions, schemas and implementations are not. */
const constantCase = {
  create(context) {
    return {
      "Program > VariableDeclaration[kind=const], Program > ExportNamedDeclaration > VariableDeclaration[kind=const]"({
        declarations,
      }) {
        for (const { id, init } of declarations) {
          if (id.type === "Identifier" && isFixed(init) && !/^[A-Z][A-Z\d_]*$/u.test(id.name)) {
            context.report({ node: id, message: "A fixed value is named in UPPER_CASE." });
          }
        }
      },
    };
  },
};

function isFixed(node) {
  switch (node?.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return node.expression.type !== "ObjectExpression" || isFixed(node.expression);
    case "NewExpression":
      return ["Map", "Set"].includes(node.callee.name) && node.arguments.length > 0;
    case "BinaryExpression":
      return isFixed(node.left) && isFixed(node.right);
    case "ArrayExpression":
      return node.elements.length > 0;
    default:
      return ["Literal", "TemplateLiteral"].includes(node?.type);
  }
}

// oxlint-disable-next-line import/no-default-export -- the linter loads plugins by it
export default {
  meta: { name: "house" },
  rules: { "comment-style": commentStyle, "constant-case": constantCase },
};
