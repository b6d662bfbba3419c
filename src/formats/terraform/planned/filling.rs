//! Values of a plan in place of those that the files leave unknown.

use crate::formats::terraform::size::Size;
use crate::model::Resource;
use crate::value::{Data, Field, Hop, Known, List, Object, Origin, Step, Traced, Unknown, Why, World};

/// Fills what isn't known of a resource: whether it exists, and its arguments.
pub(super) fn fill(resource: &mut Resource, planned: &Resource, world: &World) {
    let way = Hop { span: resource.header, step: Step::Planned(planned.address.clone()) };
    if let Unknown(why) = &resource.exists.value
        && !why.is_failure()
    {
        resource.exists.value = Known(true);
        resource.exists.hops.push(way.clone());
    }
    if let (Unknown(why), Known(region)) = (&resource.region.value, &planned.region.value)
        && !why.is_failure()
    {
        resource.region.value = Known(region.clone());
        resource.region.hops.push(way.clone());
    }
    if let (Known(own), Known(planned)) = (&mut resource.body, &planned.body) {
        Filling { way, world }.object(own, planned);
    }
}

/// The filling of one resource. It goes no deeper than what it fills, which is limited.
struct Filling<'a> {
    way: Hop,
    world: &'a World,
}

impl Filling<'_> {
    fn object(&self, own: &mut Object, planned: &Object) {
        // What a plan knows and doesn't list isn't set.
        let nothing = Traced::written(Data::Null, planned.header);
        for field in &mut own.fields {
            self.value(&mut field.value, planned.field(&field.key).map_or(&nothing, |planned| &planned.value));
        }
    }

    fn value(&self, own: &mut Traced<Data>, planned: &Traced<Data>) {
        match (&mut own.value, &planned.value) {
            (Unknown(why), Known(data)) if !why.is_failure() => {
                let place = own.origin;
                own.value = match Size::of(data) {
                    Ok(size) => {
                        self.world.charge(size.steps());
                        Known(self.moved(data, place))
                    }
                    Err(limit) => Unknown(Why::OverLimit { limit }),
                };
                own.hops.push(self.way.clone());
            }
            (Known(_), Unknown(_)) => own.hops.retain(|hop| *hop != self.way),
            (Known(Data::Object(own)), Known(Data::Object(planned))) => self.object(own, planned),
            (Known(Data::List(own)), Known(Data::List(planned))) => self.list(own, planned),
            (Known(_) | Unknown(_), _) => {}
        }
    }

    /// Fills each item from another item of the plan: its own, or one that fits if they are in another order,
    /// as those of a set may be.
    fn list(&self, own: &mut List, planned: &List) {
        if own.items.len() != planned.items.len() {
            return;
        }
        let mut left: Vec<Option<&Traced<Data>>> = planned.items.iter().map(Some).collect();
        for (index, item) in own.items.iter_mut().enumerate() {
            let fits = |place: &Option<&Traced<Data>>| place.is_some_and(|planned| may_be(item, planned));
            let at = if left.get(index).is_some_and(fits) { Some(index) } else { left.iter().position(fits) };
            if let Some(planned) = at.and_then(|at| left.get_mut(at)?.take()) {
                self.value(item, planned);
            }
        }
    }

    /// Data of the plan as if it stood at a place of the files, where a reader can change it.
    fn moved(&self, data: &Data, place: Origin) -> Data {
        let span = place.span();
        let part = |value: &Traced<Data>| Traced {
            value: value.value.as_ref().map(|data| self.moved(data, place)),
            origin: Origin::Written(span),
            hops: vec![self.way.clone()],
        };
        match data {
            Data::List(List { kind, items }) => {
                Data::List(List { kind: *kind, items: items.iter().map(part).collect() })
            }
            Data::Object(Object { is_map, fields, rest, .. }) => {
                let field =
                    |Field { key, value, .. }: &Field| Field { key: key.clone(), key_span: span, value: part(value) };
                let fields = fields.iter().map(field).collect();
                Data::Object(Object { is_map: *is_map, header: span, fields, rest: rest.clone() })
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => data.clone(),
        }
    }
}

/// Whether a value may be that of the plan.
fn may_be(own: &Traced<Data>, planned: &Traced<Data>) -> bool {
    match (&own.value, &planned.value) {
        (Unknown(_), _) | (_, Unknown(_)) => true,
        (Known(Data::Object(own)), Known(Data::Object(planned))) => own.fields.iter().all(|field| {
            let may_be = |other: &Field| may_be(&field.value, &other.value);
            planned.field(&field.key).is_none_or(may_be)
        }),
        (Known(Data::List(own)), Known(Data::List(planned))) => {
            own.items.len() == planned.items.len()
                && own.items.iter().all(|item| planned.items.iter().any(|other| may_be(item, other)))
        }
        // What is null has a default, and a text may be converted.
        (Known(Data::Null), _) | (_, Known(Data::Null)) => true,
        (Known(own), Known(planned)) => unquoted(own) == unquoted(planned),
    }
}

/// A primitive as text, which is what Terraform converts between.
fn unquoted(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => data.shown(),
    }
}
