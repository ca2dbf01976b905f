// What Node makes of calls of modules: reads a JSON list of {path, export, params, results, arguments} on standard
// input, and writes a list of {values}, {trap} or {refused}. Numbers are the bits, in hexadecimal; a NaN is "nan".
import { readFileSync } from "node:fs";

const view = new DataView(new ArrayBuffer(8));

function given(kind, text) {
  return kind === "i64" ? BigInt(text) : Number(text);
}

function bits(kind, value) {
  if (kind === "i32") return (value >>> 0).toString(16);
  if (kind === "i64") return BigInt.asUintN(64, value).toString(16);
  if (Number.isNaN(value)) return "nan";
  if (kind === "f32") {
    view.setFloat32(0, value);
    return view.getUint32(0).toString(16);
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16);
}

function ended({ path, export: name, params, results, arguments: words }) {
  let module;
  try {
    module = new WebAssembly.Module(readFileSync(path));
  } catch (error) {
    return { refused: error.message };
  }
  try {
    const instance = new WebAssembly.Instance(module, {});
    if (!(name in instance.exports)) return { refused: `no export ${name}` };
    const value = instance.exports[name](...words.map((word, at) => given(params[at], word)));
    const values = results.length === 1 ? [value] : results.length ? value : [];
    return { values: values.map((one, at) => bits(results[at], one)) };
  } catch (error) {
    // A stack that overflows is a RangeError, and everything else that wasm stops at a RuntimeError.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return { trap: error.message };
    throw error;
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(ended)));
