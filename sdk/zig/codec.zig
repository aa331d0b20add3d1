//! Zig values to JSON and back, in the contract's spelling.
//!
//! Fields are snake_case in Zig and camelCase in JSON; enums are PascalCase strings; a union is
//! the name of its case, or an object with one key; an optional that is null is left out.
//! In reading, a key or case that is spelt exactly as in Zig will do, too.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Value = std.json.Value;

/// `value` as JSON text. `InvalidJson` if it holds text that is not UTF-8 or a number that is not
/// finite.
pub fn encode(arena: Allocator, value: anytype) error{ OutOfMemory, InvalidJson }![]const u8 {
    var out: std.Io.Writer.Allocating = .init(arena);
    errdefer out.deinit();
    var json: std.json.Stringify = .{ .writer = &out.writer };
    write(&json, value) catch |problem| return switch (problem) {
        error.WriteFailed => error.OutOfMemory,
        error.InvalidJson => error.InvalidJson,
    };
    return out.toOwnedSlice();
}

/// Writes `value` to `json`.
pub fn write(json: *std.json.Stringify, value: anytype) error{ WriteFailed, InvalidJson }!void {
    const T = @TypeOf(value);
    switch (@typeInfo(T)) {
        .void, .null => try json.write(null),
        .bool, .int, .comptime_int => try json.write(value),
        .float, .comptime_float => {
            if (!std.math.isFinite(@as(f64, @floatCast(value)))) return error.InvalidJson;
            try json.write(@as(f64, @floatCast(value)));
        },
        .optional => if (value) |payload| try write(json, payload) else try json.write(null),
        .@"enum", .enum_literal => try writeCase(json, value),
        .array => try writeItems(json, &value),
        .pointer => |pointer| switch (pointer.size) {
            .one => try write(json, value.*),
            .slice => if (pointer.child == u8) {
                if (!std.unicode.utf8ValidateSlice(value)) return error.InvalidJson;
                try json.write(value);
            } else try writeItems(json, value),
            else => @compileError("not a JSON value: " ++ @typeName(T)),
        },
        .@"struct" => |info| {
            if (comptime std.meta.hasFn(T, "jsonStringify")) return json.write(value);
            if (info.is_tuple) {
                try json.beginArray();
                inline for (value) |item| try write(json, item);
                return json.endArray();
            }
            try json.beginObject();
            inline for (info.field_names) |name| try writeField(json, name, @field(value, name));
            try json.endObject();
        },
        .@"union" => {
            if (comptime std.meta.hasFn(T, "jsonStringify")) return json.write(value);
            switch (value) {
                inline else => |payload, tag| {
                    const name = comptime camel(@tagName(tag));
                    if (@TypeOf(payload) == void) return json.write(name);
                    try json.beginObject();
                    try json.objectField(name);
                    try write(json, payload);
                    try json.endObject();
                },
            }
        },
        else => @compileError("not a JSON value: " ++ @typeName(T)),
    }
}

fn writeField(
    json: *std.json.Stringify,
    comptime name: []const u8,
    value: anytype,
) error{ WriteFailed, InvalidJson }!void {
    if (@typeInfo(@TypeOf(value)) == .optional and value == null) return;
    try json.objectField(comptime camel(name));
    try write(json, value);
}

fn writeCase(json: *std.json.Stringify, value: anytype) error{WriteFailed}!void {
    switch (value) {
        inline else => |tag| try json.write(comptime pascal(@tagName(tag))),
    }
}

fn writeItems(json: *std.json.Stringify, items: anytype) error{ WriteFailed, InvalidJson }!void {
    if (@typeInfo(@TypeOf(items)) == .pointer and std.meta.Elem(@TypeOf(items)) == u8) {
        if (!std.unicode.utf8ValidateSlice(items)) return error.InvalidJson;
        return json.write(@as([]const u8, items));
    }
    try json.beginArray();
    for (items) |item| try write(json, item);
    try json.endArray();
}

/// Reads values out of JSON, and knows where one did not fit.
pub const Decoder = struct {
    arena: Allocator,
    /// What becomes of keys that a struct does not have.
    unknown: enum { dropped, refused } = .dropped,
    /// After `error.Unfit`: the place, as in `children[2].target`; empty for the whole value.
    place: std.ArrayList(u8) = .empty,
    /// After `error.Unfit`: what is wrong there.
    reason: []const u8 = "",

    pub const Error = error{ OutOfMemory, Unfit };

    /// The value of this JSON text.
    pub fn text(self: *Decoder, comptime T: type, json: []const u8) Error!T {
        const value = std.json.parseFromSliceLeaky(Value, self.arena, json, .{
            .allocate = .alloc_always,
            .duplicate_field_behavior = .use_last,
        }) catch |problem| switch (problem) {
            error.OutOfMemory => return error.OutOfMemory,
            else => return self.unfit("it is not JSON ({s})", .{@errorName(problem)}),
        };
        return self.decode(T, value);
    }

    /// The value of this JSON.
    pub fn decode(self: *Decoder, comptime T: type, value: Value) Error!T {
        if (T == Value) return value;
        switch (@typeInfo(T)) {
            .bool => return if (value == .bool) value.bool else self.wrong("true or false", value),
            .int => return self.integer(T, value),
            .float => return switch (value) {
                .integer => |number| @floatFromInt(number),
                .float => |number| @floatCast(number),
                .number_string => |number| std.fmt.parseFloat(T, number) catch
                    self.wrong("a number", value),
                else => self.wrong("a number", value),
            },
            .optional => |info| return if (value == .null) null else try self.decode(info.child, value),
            .@"enum" => |info| {
                if (value != .string) return self.wrong(comptime cases(info.field_names), value);
                inline for (info.field_names) |name| {
                    if (spelt(value.string, name, pascal)) return @field(T, name);
                }
                return self.wrong(comptime cases(info.field_names), value);
            },
            .@"union" => return self.case(T, value),
            .@"struct" => return self.record(T, value),
            .pointer => |info| {
                if (info.size != .slice) @compileError("cannot be read from JSON: " ++ @typeName(T));
                if (info.child == u8)
                    return if (value == .string) value.string else self.wrong("a string", value);
                if (value != .array) return self.wrong("an array", value);
                const items = try self.arena.alloc(info.child, value.array.items.len);
                for (items, value.array.items, 0..) |*item, given, index| {
                    const length = self.place.items.len;
                    try self.place.print(self.arena, "[{d}]", .{index});
                    item.* = try self.decode(info.child, given);
                    self.place.shrinkRetainingCapacity(length);
                }
                return items;
            },
            else => @compileError("cannot be read from JSON: " ++ @typeName(T)),
        }
    }

    fn integer(self: *Decoder, comptime T: type, value: Value) Error!T {
        const number: ?T = switch (value) {
            .integer => |number| std.math.cast(T, number),
            .number_string => |digits| std.fmt.parseInt(T, digits, 10) catch null,
            else => null,
        };
        return number orelse self.wrong(std.fmt.comptimePrint("a whole number from {d} to {d}", .{
            std.math.minInt(T), std.math.maxInt(T),
        }), value);
    }

    fn record(self: *Decoder, comptime T: type, value: Value) Error!T {
        const info = @typeInfo(T).@"struct";
        if (value != .object) return self.wrong("an object", value);
        if (self.unknown == .refused) {
            for (value.object.keys()) |key| {
                inline for (info.field_names) |name| {
                    if (spelt(key, name, camel)) break;
                } else return self.unfit("there is no key `{s}`", .{key});
            }
        }
        var read: T = undefined;
        inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attributes| {
            const key = comptime camel(name);
            const length = self.place.items.len;
            try self.place.print(self.arena, "{s}{s}", .{ if (length == 0) "" else ".", key });
            const given = value.object.get(key) orelse value.object.get(name) orelse .null;
            if (comptime attributes.defaultValue(F)) |default| {
                @field(read, name) = if (given == .null) default else try self.decode(F, given);
            } else {
                @field(read, name) = try self.decode(F, given);
            }
            self.place.shrinkRetainingCapacity(length);
        }
        return read;
    }

    fn case(self: *Decoder, comptime T: type, value: Value) Error!T {
        const info = @typeInfo(T).@"union";
        inline for (info.field_names, info.field_types) |name, Payload| {
            if (Payload == void) {
                if (value == .string and spelt(value.string, name, camel)) return @unionInit(T, name, {});
            } else if (value == .object and value.object.count() == 1) {
                if (spelt(value.object.keys()[0], name, camel)) {
                    const length = self.place.items.len;
                    try self.place.print(self.arena, "{s}{s}", .{ if (length == 0) "" else ".", comptime camel(name) });
                    const payload = try self.decode(Payload, value.object.values()[0]);
                    self.place.shrinkRetainingCapacity(length);
                    return @unionInit(T, name, payload);
                }
            }
        }
        return self.wrong(comptime payloads(info.field_names, info.field_types), value);
    }

    /// Where and why, in one sentence.
    pub fn sentence(self: Decoder, arena: Allocator) Allocator.Error![]const u8 {
        if (self.place.items.len == 0) return self.reason;
        return std.fmt.allocPrint(arena, "`{s}`: {s}", .{ self.place.items, self.reason });
    }

    fn wrong(self: *Decoder, wanted: []const u8, value: Value) Error {
        if (value == .null) return self.unfit("it must be {s}, and is nothing", .{wanted});
        const given = encode(self.arena, value) catch return error.OutOfMemory;
        var end = @min(given.len, shown_bytes);
        while (end < given.len and given[end] & 0xC0 == 0x80) end -= 1;
        return self.unfit("it must be {s}, and is {s}", .{ wanted, given[0..end] });
    }

    fn unfit(self: *Decoder, comptime format: []const u8, arguments: anytype) Error {
        self.reason = try std.fmt.allocPrint(self.arena, format, arguments);
        return error.Unfit;
    }
};

/// At most so many bytes of a value stand in a refusal.
const shown_bytes = 60;

fn spelt(text: []const u8, comptime name: []const u8, comptime spell: fn ([]const u8) []const u8) bool {
    return std.mem.eql(u8, text, comptime spell(name)) or std.mem.eql(u8, text, name);
}

fn cases(comptime names: anytype) []const u8 {
    var list: []const u8 = "";
    for (names, 0..) |name, index| {
        list = list ++ (if (index == 0) "" else " or ") ++ "\"" ++ pascal(name) ++ "\"";
    }
    return list;
}

fn payloads(comptime names: anytype, comptime types: anytype) []const u8 {
    var list: []const u8 = "";
    for (names, types, 0..) |name, Payload, index| {
        const case = "\"" ++ camel(name) ++ "\"";
        list = list ++ (if (index == 0) "" else " or ") ++
            (if (Payload == void) case else "{" ++ case ++ ": …}");
    }
    return list;
}

/// `bytes_min` as JSON spells it: `bytesMin`.
pub fn camel(snake: []const u8) []const u8 {
    comptime {
        var name: []const u8 = "";
        var upper = false;
        for (snake) |letter| {
            if (letter == '_') {
                upper = true;
                continue;
            }
            name = name ++ .{if (upper) std.ascii.toUpper(letter) else letter};
            upper = false;
        }
        return name;
    }
}

/// The case of an enum as JSON spells it: `never_reboots` is `NeverReboots`.
pub fn pascal(snake: []const u8) []const u8 {
    comptime {
        const name = camel(snake);
        return .{std.ascii.toUpper(name[0])} ++ name[1..];
    }
}
