//! Serbian Cyrillic to Serbian Latin (the standard correspondence, letter by letter).

pub fn serbian(text: &str) -> String {
    text.chars()
        .map(|c| {
            let latin = match c.to_lowercase().next().unwrap_or(c) {
                'а' => "a",
                'б' => "b",
                'в' => "v",
                'г' => "g",
                'д' => "d",
                'ђ' => "đ",
                'е' => "e",
                'ж' => "ž",
                'з' => "z",
                'и' => "i",
                'ј' => "j",
                'к' => "k",
                'л' => "l",
                'љ' => "lj",
                'м' => "m",
                'н' => "n",
                'њ' => "nj",
                'о' => "o",
                'п' => "p",
                'р' => "r",
                'с' => "s",
                'т' => "t",
                'ћ' => "ć",
                'у' => "u",
                'ф' => "f",
                'х' => "h",
                'ц' => "c",
                'ч' => "č",
                'џ' => "dž",
                'ш' => "š",
                _ => return c.to_string(),
            };
            latin.to_owned()
        })
        .collect()
}
