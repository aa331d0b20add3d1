//! Prints the JSON Schema of a runbook's parameters: the step `schema` of `build.zig` runs it on the
//! computer that builds. It imports the runbook, whose `Parameters` must be `pub`.

const std = @import("std");
const bindery = @import("bindery");
const runbook = @import("runbook");

pub fn main(init: std.process.Init) !void {
    if (!@hasDecl(runbook, "Parameters"))
        @compileError("the runbook has no `pub const Parameters`, which its schema is made from");
    var text: std.Io.Writer.Allocating = .init(init.gpa);
    defer text.deinit();
    var out: std.json.Stringify = .{ .writer = &text.writer };
    try bindery.schema.write(runbook.Parameters, &out);
    try text.writer.writeByte('\n');
    try std.Io.File.stdout().writeStreamingAll(init.io, text.written());
}
