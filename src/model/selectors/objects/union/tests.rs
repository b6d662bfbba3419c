use super::*;

fn condition(change: impl FnOnce(&mut ArnCondition)) -> ArnSet {
    let mut condition = ArnCondition::default();
    change(&mut condition);
    vec![condition]
}

fn starts(values: &[&str]) -> ArnSet {
    condition(|own| own.starts_with.extend(values.iter().map(|value| format!("arn:aws:s3:::{value}"))))
}

fn without(values: &[&str]) -> ArnSet {
    condition(|own| own.not_starts_with.extend(values.iter().map(|value| format!("arn:aws:s3:::{value}"))))
}

#[test]
fn an_exclusion_is_healed_by_the_opposite() {
    assert_eq!(union(&[without(&["logs/"])], "aws"), Union::Incomplete);
    assert_eq!(union(&[without(&["logs/"]), starts(&["logs/"])], "aws"), Union::Everything);
    assert_eq!(union(&[without(&["logs/"]), starts(&["logs/a"])], "aws"), Union::Incomplete);
    assert_eq!(union(&[starts(&[""])], "aws"), Union::Everything);
    assert_eq!(union(&[starts(&[""])], "aws-cn"), Union::Incomplete);
    assert_eq!(union(&[], "aws"), Union::Incomplete);
    assert_eq!(union(&[ArnSet::new()], "aws"), Union::Everything);
}

#[test]
fn a_wildcard_is_no_character_of_a_bucket() {
    assert_eq!(
        union(&[condition(|own| own.not_equals.extend(["arn:aws:s3:::logs-*/*".to_owned()]))], "aws"),
        Union::Everything
    );
    assert_eq!(union(&[condition(|own| own.not_ends_with.extend([reversed(".LOG")]))], "aws"), Union::Incomplete);
}

#[test]
fn too_many_values_are_not_compared() {
    let many: Vec<String> = (0..MAX_REPRESENTATIVES).map(|number| format!("b{number}/")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(union(&[without(&many), starts(&many)], "aws"), Union::OverLimit);
    assert_eq!(union(&[without(&many), starts(&[""])], "aws"), Union::Everything);
}

#[test]
fn beginnings_are_found_among_others() {
    let values = ["a", "abc", "abd", "b/", "ab\u{e9}"].map(str::to_owned).into_iter().collect();
    for text in ["a", "abb", "ac", "b/x", "abz"] {
        assert!(has_beginning(&values, text), "{text}");
    }
    for text in ["", "b", "c", "ba", "\u{e9}"] {
        assert!(!has_beginning(&values, text), "{text}");
    }
    let values = ["abc", "abd"].map(str::to_owned).into_iter().collect();
    assert!(has_beginning(&values, "abcz") && !has_beginning(&values, "abz") && !has_beginning(&values, "ab"));
}
