//! Write Bindery runbooks in Zig.
//!
//! A runbook is one function. Its second parameter is the job's parameters object, its result the
//! job's result:
//!
//! ```zig
//! const std = @import("std");
//! const bindery = @import("bindery");
//!
//! const Parameters = struct {
//!     /// Say nothing of updates below this size.
//!     bytes_min: u64 = 0,
//! };
//!
//! const Summary = struct { missing: usize };
//!
//! fn report(arena: std.mem.Allocator, parameters: Parameters) !Summary {
//!     const assessment = try bindery.updates.assess(arena);
//!     for (assessment.missing) |update| {
//!         if (update.bytes orelse 0 >= parameters.bytes_min)
//!             bindery.output("{s} is missing", .{update.title});
//!     }
//!     return .{ .missing = assessment.missing.len };
//! }
//!
//! comptime {
//!     bindery.runbook(report);
//! }
//! ```
//!
//! Fields are snake_case in Zig and camelCase in JSON, enums are PascalCase strings in JSON, and a
//! null is left out. The arena holds replies for as long as the runbook runs; give an operation an
//! arena of your own in a loop that runs for days.
//!
//! An operation that the host refuses returns an error with the name of its code, such as
//! `error.MaintenanceWindowExceeded`; `failure` has its message. An error that leaves the runbook
//! makes the job Failed with that code and message.
//!
//! Outside WebAssembly everything compiles, so that the logic of a runbook is tested with `zig
//! test`; there a call of the host is `error.NotInRunbook`.

const std = @import("std");
const codec = @import("codec.zig");
const host = @import("host.zig");
const contract = @import("contract.zig");
const Allocator = std.mem.Allocator;

pub const job = contract.job;
pub const stream = contract.stream;
pub const clock = contract.clock;
pub const updates = contract.updates;
pub const power = contract.power;
pub const process = contract.process;
pub const files = contract.files;
pub const fleet = contract.fleet;
pub const http = contract.http;
pub const assets = contract.assets;
pub const jobs = contract.jobs;
pub const records = contract.records;

comptime {
    // A namespace that the contract gains must be offered here.
    for (std.meta.declarations(contract)) |name| {
        if (!@hasDecl(@This(), name)) @compileError("bindery.zig does not offer `" ++ name ++ "`");
    }
}

pub const Error = contract.Error;
pub const Failure = contract.Failure;
pub const Json = contract.Json;
pub const Milliseconds = contract.Milliseconds;
pub const Timestamp = contract.Timestamp;

/// Every operation with the function that calls it: pairs of a name and a function.
pub const operations = contract.operations;

/// The JSON Schema of the parameters, made from their type.
pub const schema = @import("schema.zig");

/// Reads JSON, and knows where it did not fit.
pub const Decoder = codec.Decoder;

/// Makes `function` what the job runs. It is `fn (std.mem.Allocator) !R` or
/// `fn (std.mem.Allocator, P) !R`: `P` is a struct of the parameters, `R` the result; `void` is none.
pub fn runbook(comptime function: anytype) void {
    if (!host.present) return;
    const entry = struct {
        fn run() callconv(.c) i32 {
            var arena: std.heap.ArenaAllocator = .init(host.gpa);
            defer arena.deinit();
            attempt(arena.allocator(), function) catch |problem| {
                // If even this is refused, the host still knows that the runbook failed.
                report(problem) catch {};
                return 1;
            };
            return 0;
        }
    };
    @export(&entry.run, .{ .name = "run" });
}

fn attempt(arena: Allocator, comptime function: anytype) !void {
    const types = @typeInfo(@TypeOf(function)).@"fn".param_types;
    const fits = types.len > 0 and types.len < 3 and types[0] == Allocator;
    if (!fits) @compileError("a runbook is fn (std.mem.Allocator) !R or fn (std.mem.Allocator, Parameters) !R");
    const value = if (types.len == 1)
        try function(arena)
    else
        try function(arena, try parameters(types[1].?, arena));
    const result = try json(arena, value);
    if (!std.mem.eql(u8, result, "null")) try job.result(.{ .value = result });
}

/// The parameters as `P`; `runbook` reads them for you. `InvalidParameters` if they do not fit.
pub fn parameters(comptime P: type, arena: Allocator) Error!P {
    return readParameters(P, arena, try job.parameters(arena));
}

fn readParameters(comptime P: type, arena: Allocator, text: []const u8) Error!P {
    var decoder: codec.Decoder = .{ .arena = arena };
    return decoder.text(P, text) catch |problem| {
        if (problem == error.OutOfMemory) return error.OutOfMemory;
        const field = decoder.place.items;
        const message = if (field.len == 0)
            try std.fmt.allocPrint(arena, "the parameters do not fit: {s}", .{decoder.reason})
        else
            try std.fmt.allocPrint(arena, "the parameter `{s}` does not fit: {s}", .{ field, decoder.reason });
        const details = json(arena, .{ .field = field }) catch null;
        try host.fail(error.InvalidParameters, .{
            .code = "InvalidParameters",
            .message = message,
            .details = details,
        });
        return error.InvalidParameters;
    };
}

fn report(problem: anyerror) !void {
    var buffer: [200]u8 = undefined;
    const code = @errorName(problem);
    const message = std.fmt.bufPrint(&buffer, "the runbook ended with error.{s}", .{code}) catch code;
    try job.failure(.{ .@"error" = failure(problem) orelse .{ .code = code, .message = message } });
}

/// What `problem` tells of, if it is the last error of an operation, or of `fail`. It holds until
/// the next one.
pub fn failure(problem: anyerror) ?Failure {
    const last = host.last orelse return null;
    return if (last.problem == problem) last.failure else null;
}

/// An error with a code of your own and a sentence that names the thing and the reason:
/// `return bindery.fail("DiskFull", "{d} MB are left on {s}", .{ 12, "/var" });`
pub fn fail(code: []const u8, comptime format: []const u8, arguments: anytype) error{ RunbookFailed, OutOfMemory } {
    return failWith(code, null, format, arguments);
}

/// The same with details: JSON text, as `json` makes it.
pub fn failWith(
    code: []const u8,
    details: ?Json,
    comptime format: []const u8,
    arguments: anytype,
) error{ RunbookFailed, OutOfMemory } {
    const message = try std.fmt.allocPrint(host.gpa, format, arguments);
    defer host.gpa.free(message);
    try host.fail(error.RunbookFailed, .{ .code = code, .message = message, .details = details });
    return error.RunbookFailed;
}

/// `value` as JSON text, for what takes `Json`. `InvalidJson` if it holds text that is not UTF-8 or
/// a number that is not finite.
pub fn json(arena: Allocator, value: anytype) Error!Json {
    return codec.encode(arena, value) catch |problem| switch (problem) {
        error.OutOfMemory => error.OutOfMemory,
        error.InvalidJson => host.refuse(
            "InvalidJson",
            "a text is not UTF-8, or a number is not finite",
        ),
    };
}

/// The `T` that JSON text holds, such as a child's result. `InvalidJson` if it is none.
pub fn parse(comptime T: type, arena: Allocator, text: Json) Error!T {
    var decoder: codec.Decoder = .{ .arena = arena };
    return decoder.text(T, text) catch |problem| switch (problem) {
        error.OutOfMemory => error.OutOfMemory,
        error.Unfit => host.refuse("InvalidJson", try decoder.sentence(arena)),
    };
}

/// Carries out any operation by its name, JSON in and JSON out; `operations` are typed.
pub fn call(arena: Allocator, operation: []const u8, arguments: Json) Error!Json {
    return host.call(arena, operation, arguments);
}

/// Writes a line to the Output stream. Like the others, it does not return an error: a line of more
/// than 1 MiB is left out, and a Warning says so. Use `stream.write` where that matters.
pub fn output(comptime format: []const u8, arguments: anytype) void {
    say(.output, format, arguments);
}

/// Writes a line to the Warning stream.
pub fn warning(comptime format: []const u8, arguments: anytype) void {
    say(.warning, format, arguments);
}

/// Writes a line to the Error stream. The job goes on; `fail` ends it.
pub fn err(comptime format: []const u8, arguments: anytype) void {
    say(.@"error", format, arguments);
}

/// Writes a line to the Verbose stream.
pub fn verbose(comptime format: []const u8, arguments: anytype) void {
    say(.verbose, format, arguments);
}

/// Writes a line to the Debug stream.
pub fn debug(comptime format: []const u8, arguments: anytype) void {
    say(.debug, format, arguments);
}

/// Says how far the job is: `percent` from 0 to 100, null where nobody knows.
pub fn progress(percent: ?u8, comptime format: []const u8, arguments: anytype) void {
    const activity = std.fmt.allocPrint(host.gpa, format, arguments) catch return;
    defer host.gpa.free(activity);
    stream.progress(.{ .activity = activity, .percent = percent }) catch {};
}

fn say(kind: stream.Kind, comptime format: []const u8, arguments: anytype) void {
    const given = std.fmt.allocPrint(host.gpa, format, arguments) catch return;
    defer host.gpa.free(given);
    // Bytes that are not UTF-8 become U+FFFD: a line is better than none.
    const text = std.fmt.allocPrint(host.gpa, "{f}", .{std.unicode.fmtUtf8(given)}) catch return;
    defer host.gpa.free(text);
    stream.write(.{ .kind = kind, .text = text }) catch {};
}

/// For `std.log`: `pub const std_options: std.Options = .{ .logFn = bindery.log };` in the root file
/// sends err to Error, warn to Warning, info to Verbose and debug to Debug.
pub fn log(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    arguments: anytype,
) void {
    const prefix = if (scope == .default) "" else "(" ++ @tagName(scope) ++ ") ";
    say(switch (level) {
        .err => .@"error",
        .warn => .warning,
        .info => .verbose,
        .debug => .debug,
    }, prefix ++ format, arguments);
}
