//! Rules such as `patch tuesday + 3` or `last friday`, and the date that each names in a month.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// The date that `rule` names in the month of `first`. `patch tuesday` is the second Tuesday; `+ n`
/// and `- n` are days.
pub(crate) fn date(rule: &str, first: Date) -> Result<Date, String> {
    let rule = rule.to_lowercase();
    let (day, offset) = split(&rule)?;
    let words: Vec<&str> = day.split_whitespace().collect();
    let (nth, weekday) = match words.as_slice() {
        ["patch", "tuesday"] => (2, Weekday::Tuesday),
        [nth, weekday] => (ordinal(nth)?, weekday_of(weekday)?),
        _ => return Err(format!("`{day}` is neither `patch tuesday` nor as in `last friday`")),
    };
    let named = first.nth_weekday_of_month(nth, weekday);
    named.and_then(|date| date.checked_add(offset.days())).map_err(|error| error.to_string())
}

/// The day and the offset behind it, if there is one.
fn split(rule: &str) -> Result<(&str, i32), String> {
    let Some(at) = rule.find(['+', '-']) else { return Ok((rule, 0)) };
    let (day, offset) = rule.split_at(at);
    let digits = offset.replace(' ', "");
    let days = digits.parse::<i32>().ok().filter(|days| days.abs() <= 366);
    let days = days.ok_or_else(|| format!("`{offset}` is no number of days, at most 366"))?;
    Ok((day, days))
}

fn ordinal(word: &str) -> Result<i8, String> {
    match word {
        "first" => Ok(1),
        "second" => Ok(2),
        "third" => Ok(3),
        "fourth" => Ok(4),
        "last" => Ok(-1),
        _ => Err(format!("`{word}` is none of first, second, third, fourth, last")),
    }
}

fn weekday_of(word: &str) -> Result<Weekday, String> {
    match word {
        "monday" => Ok(Weekday::Monday),
        "tuesday" => Ok(Weekday::Tuesday),
        "wednesday" => Ok(Weekday::Wednesday),
        "thursday" => Ok(Weekday::Thursday),
        "friday" => Ok(Weekday::Friday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        _ => Err(format!("`{word}` is no day of the week")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_the_dates_that_people_mean() {
        let first: Date = "2026-11-01".parse().expect("a date");
        let rows = [
            ("patch tuesday", "2026-11-10"),
            ("Patch Tuesday + 3", "2026-11-13"),
            ("patch tuesday -10", "2026-10-31"),
            ("last friday", "2026-11-27"),
            ("first sunday + 30", "2026-12-01"),
        ];
        for (rule, expected) in rows {
            assert_eq!(
                date(rule, first).map(|date| date.to_string()),
                Ok(expected.into()),
                "{rule}"
            );
        }
        for rule in [
            "",
            "tuesday",
            "fifth tuesday",
            "last someday",
            "patch tuesday + x",
            "patch tuesday + 9999",
        ] {
            assert!(date(rule, first).is_err(), "{rule}");
        }
    }
}
