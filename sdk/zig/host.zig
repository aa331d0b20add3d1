//! The border: the imports of `bindery_v1`, how an operation is called, and what became of it.

const std = @import("std");
const builtin = @import("builtin");
const codec = @import("codec.zig");
const contract = @import("contract.zig");
const Allocator = std.mem.Allocator;

/// Whether there is a host: a runbook runs as WebAssembly.
pub const present = builtin.cpu.arch.isWasm();

/// What lives as long as the module.
pub const gpa: Allocator = if (present) std.heap.wasm_allocator else std.heap.page_allocator;

const v1 = struct {
    extern "bindery_v1" fn call(op: [*]const u8, op_len: usize, in: [*]const u8, in_len: usize) i64;
    extern "bindery_v1" fn read(dst: [*]u8, offset: usize, len: usize) i32;
};

/// The last failure of an operation, and the error that told of it.
pub var last: ?struct { problem: anyerror, failure: contract.Failure } = null;
var last_arena: std.heap.ArenaAllocator = .init(gpa);

/// Carries out one operation; its arguments and its reply are JSON text.
pub fn call(arena: Allocator, operation: []const u8, arguments: []const u8) contract.Error![]u8 {
    if (!present) return refuse("NotInRunbook", "the host can be called only from a runbook that runs");
    const answer = v1.call(operation.ptr, operation.len, arguments.ptr, arguments.len);
    const reply = try arena.alloc(u8, @intCast(@abs(answer)));
    var done: usize = 0;
    while (done < reply.len) {
        const count = v1.read(reply.ptr + done, done, reply.len - done);
        if (count <= 0) return refuse("Internal", "the host did not hand over its reply");
        done += @intCast(count);
    }
    if (answer >= 0) return reply;
    defer arena.free(reply);
    _ = last_arena.reset(.retain_capacity);
    var decoder: codec.Decoder = .{ .arena = last_arena.allocator() };
    const failure = decoder.text(contract.Failure, reply) catch |unread| switch (unread) {
        error.OutOfMemory => return error.OutOfMemory,
        error.Unfit => return refuse("Internal", "the host's error cannot be read"),
    };
    return keep(failure);
}

/// Carries out one operation; its arguments are a struct, its reply is a `Reply`.
pub fn invoke(
    comptime Reply: type,
    arena: Allocator,
    comptime operation: []const u8,
    arguments: anytype,
) contract.Error!Reply {
    const given = codec.encode(gpa, arguments) catch |unread| return switch (unread) {
        error.OutOfMemory => error.OutOfMemory,
        error.InvalidJson => refuse(
            "InvalidArguments",
            "`" ++ operation ++ "`: a text is not UTF-8, or a number is not finite",
        ),
    };
    defer gpa.free(given);
    if (Reply == void) {
        const reply = try call(gpa, operation, given);
        gpa.free(reply);
        return;
    }
    var decoder: codec.Decoder = .{ .arena = arena };
    const reply = try call(arena, operation, given);
    return decoder.text(Reply, reply) catch |unread| switch (unread) {
        error.OutOfMemory => error.OutOfMemory,
        error.Unfit => refuse("InvalidJson", try decoder.sentence(arena)),
    };
}

/// A failure that the SDK itself finds.
pub fn refuse(code: []const u8, message: []const u8) contract.Error {
    _ = last_arena.reset(.retain_capacity);
    const kept = last_arena.allocator();
    return keep(.{ .code = code, .message = try kept.dupe(u8, message) });
}

/// The error of this code.
pub fn problem(code: []const u8) contract.Error {
    inline for (comptime std.meta.fieldNames(contract.Error)) |name| {
        if (std.mem.eql(u8, name, code)) return @field(contract.Error, name);
    }
    return error.OtherCode;
}

/// Keeps a failure whose texts live in `last_arena` or for ever.
fn keep(failure: contract.Failure) contract.Error {
    const told = problem(failure.code);
    last = .{ .problem = told, .failure = failure };
    return told;
}

/// Keeps a failure of the runbook's own.
pub fn fail(told: anyerror, failure: contract.Failure) Allocator.Error!void {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    errdefer arena.deinit();
    const kept = arena.allocator();
    const copy: contract.Failure = .{
        .code = try kept.dupe(u8, failure.code),
        .message = try kept.dupe(u8, failure.message),
        .details = if (failure.details) |details| try kept.dupe(u8, details) else null,
    };
    last_arena.deinit();
    last_arena = arena;
    last = .{ .problem = told, .failure = copy };
}
