//! One table of the file: typed look-up that remembers what was asked for, so that in the end the
//! keys nobody asked for are known, and the nearest valid name with them.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::secret::Secret;

/// The file being read.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// An error at a byte offset of the text.
    pub(crate) fn error(&self, offset: usize, reason: String) -> Error {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = 1 + before.matches('\n').count();
        Error::Bad { file: self.file.to_owned(), line, reason }
    }
}

/// A table, which may be absent: then every look-up finds nothing.
pub(crate) struct Section<'a> {
    source: Source<'a>,
    table: Option<&'a DeTable<'a>>,
    /// The table's key and a dot, or nothing for the whole file.
    prefix: String,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(crate) fn root(source: Source<'a>, table: &'a DeTable<'a>) -> Self {
        Section { source, table: Some(table), prefix: String::new(), known: Vec::new() }
    }

    fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.iter().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value)
    }

    /// The value of a key, read by `read`, which returns `None` for one that is not `expected`.
    pub(crate) fn value<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.known.push(key);
        let Some(value) = self.find(key) else { return Ok(None) };
        read(value.as_ref())
            .map(Some)
            .ok_or_else(|| self.mismatch(value, &format!("{}{key}", self.prefix), expected))
    }

    /// The value of a key that holds text of a certain form.
    pub(crate) fn text<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.value(key, expected, |value| value.as_str().and_then(read))
    }

    /// The value of a key that is shown nowhere: what is wrong with it is said without it.
    pub(crate) fn secret(&mut self, key: &'static str) -> Result<Option<Secret>, Error> {
        self.known.push(key);
        let Some(value) = self.find(key) else { return Ok(None) };
        let secret = value.as_ref().as_str().and_then(|text| Secret::token(text.to_owned()));
        let wrong = || self.error(key, "must be one word of visible ASCII characters".to_owned());
        secret.map(Some).ok_or_else(wrong)
    }

    /// A table inside this one.
    pub(crate) fn section(&mut self, key: &'static str) -> Result<Section<'a>, Error> {
        self.known.push(key);
        let prefix = format!("{}{key}", self.prefix);
        let table = match self.find(key) {
            None => None,
            Some(value) => Some(
                value
                    .as_ref()
                    .as_table()
                    .ok_or_else(|| self.mismatch(value, &prefix, &format!("a table, as in [{prefix}]")))?,
            ),
        };
        Ok(Section { source: self.source, table, prefix: format!("{prefix}."), known: Vec::new() })
    }

    /// The tables of an array of tables inside this one.
    pub(crate) fn sections(&mut self, key: &'static str) -> Result<Vec<Section<'a>>, Error> {
        self.known.push(key);
        let prefix = format!("{}{key}", self.prefix);
        let Some(value) = self.find(key) else { return Ok(Vec::new()) };
        let wrong = |value| self.mismatch(value, &prefix, &format!("tables, each begun with [[{prefix}]]"));
        let tables = value.as_ref().as_array().ok_or_else(|| wrong(value))?.iter().map(|item| {
            let table = item.as_ref().as_table().ok_or_else(|| wrong(item))?;
            Ok(Section {
                source: self.source,
                table: Some(table),
                prefix: format!("{prefix}."),
                known: Vec::new(),
            })
        });
        tables.collect()
    }

    /// The table of this name, or the tables of an array of tables.
    pub(crate) fn section_or_sections(&mut self, key: &'static str) -> Result<Vec<Section<'a>>, Error> {
        match self.find(key).is_some_and(|value| value.as_ref().as_array().is_some()) {
            true => self.sections(key),
            false => Ok(vec![self.section(key)?]),
        }
    }

    /// Takes note of keys that are looked up only in some cases.
    pub(crate) fn know(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Whether the table has this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// All members of a table whose keys are the user's own. `judge` says what is wrong with one.
    pub(crate) fn texts(
        &self,
        judge: impl Fn(&str, &str) -> Result<(), String>,
    ) -> Result<Vec<(String, String)>, Error> {
        let members = self.table.into_iter().flatten();
        members
            .map(|(key, value)| {
                let name: &str = key.get_ref();
                let path = format!("{}\"{name}\"", self.prefix);
                let text = value.as_ref().as_str().ok_or_else(|| self.mismatch(value, &path, "a string"))?;
                judge(name, text)
                    .map_err(|reason| self.source.error(key.span().start, format!("{path}: {reason}")))?;
                Ok((name.to_owned(), text.to_owned()))
            })
            .collect()
    }

    /// An error at a key of this table that was looked up, or at its first one.
    pub(crate) fn error(&self, key: &str, reason: String) -> Error {
        let keys = self.table.into_iter().flat_map(|table| table.keys());
        let first = keys.map(|key| key.span().start).min().unwrap_or(0);
        let offset = self.find(key).map_or(first, |value| value.span().start);
        self.source.error(offset, format!("{}{key} {reason}", self.prefix))
    }

    /// Refuses the first key, in the file's order, that was never asked for.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let keys = self.table.into_iter().flat_map(|table| table.keys());
        let unknown = keys
            .filter(|key| !self.known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        let Some(key) = unknown else { return Ok(()) };
        let name: &str = key.get_ref();
        let nearest = self
            .known
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
        let prefix = &self.prefix;
        let hint = nearest.map(|nearest| format!("; did you mean `{prefix}{nearest}`?")).unwrap_or_default();
        Err(self.source.error(key.span().start, format!("unknown key `{prefix}{name}`{hint}")))
    }

    fn mismatch(&self, value: &Spanned<DeValue<'_>>, path: &str, expected: &str) -> Error {
        let found = match value.as_ref() {
            DeValue::String(text) => format!("the string {text:?}"),
            DeValue::Integer(number) => format!("the number {number}"),
            DeValue::Float(number) => format!("the number {number}"),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(time) => format!("the time {time}"),
            DeValue::Array(_) => "an array like that".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        self.source.error(value.span().start, format!("{path} must be {expected}, not {found}"))
    }
}
