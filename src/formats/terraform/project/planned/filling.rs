//! Replaces unknown values by those of a plan.

use crate::formats::terraform::language::size::Size;
use crate::formats::terraform::steps;
use crate::model::Resource;
use crate::value::{Data, Field, Hop, Known, List, Object, Origin, Reason, Traced, Unknown, World};

/// Fills in the unknown parts of a resource: its existence, its Region and its arguments.
pub(super) fn fill(resource: &mut Resource, planned: &Resource, world: &World) {
    let plan_hop = Hop { span: resource.header, step: steps::PLANNED.of(planned.address.as_str()) };
    if let Unknown(why) = &resource.exists.value
        && !why.is_failure()
    {
        resource.exists.value = Known(true);
        resource.exists.hops.push(plan_hop.clone());
    }
    if let (Unknown(why), Known(region)) = (&resource.region.value, &planned.region.value)
        && !why.is_failure()
    {
        resource.region.value = Known(region.clone());
        resource.region.hops.push(plan_hop.clone());
    }
    if let (Known(own), Known(planned)) = (&mut resource.body, &planned.body) {
        Filling { plan_hop, world }.object(own, planned);
    }
}

/// Fills in the values of one resource. The nesting of these values limits the recursion.
struct Filling<'a> {
    plan_hop: Hop,
    world: &'a World,
}

impl Filling<'_> {
    fn object(&self, own: &mut Object, planned: &Object) {
        // An argument that isn't in the plan isn't set.
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
                    Err(limit) => Unknown(Reason::OverLimit { limit }),
                };
                own.hops.push(self.plan_hop.clone());
            }
            (Known(_), Unknown(_)) => own.hops.retain(|hop| *hop != self.plan_hop),
            (Known(Data::Object(own)), Known(Data::Object(planned))) => self.object(own, planned),
            (Known(Data::List(own)), Known(Data::List(planned))) => self.list(own, planned),
            (Known(_) | Unknown(_), _) => {}
        }
    }

    /// Fills in each item from a different item of the plan: the one at the same index, or another compatible one,
    /// because a set may have another order.
    fn list(&self, own: &mut List, planned: &List) {
        if own.items.len() != planned.items.len() {
            return;
        }
        let mut left: Vec<Option<&Traced<Data>>> = planned.items.iter().map(Some).collect();
        for (index, item) in own.items.iter_mut().enumerate() {
            // The element at the same index comes first.
            let mut places = std::iter::once(index).chain(0..left.len());
            let at = places.find(|at| left.get(*at).is_some_and(|place| fits(item, *place)));
            if let Some(planned) = at.and_then(|at| left.get_mut(at)?.take()) {
                self.value(item, planned);
            }
        }
    }

    /// Data of the plan with a location in the files, where a user can change it.
    fn moved(&self, data: &Data, place: Origin) -> Data {
        let span = place.span();
        match data {
            Data::List(List { kind, items }) => Data::List(List {
                kind: *kind,
                items: items.iter().map(|item| self.moved_value(item, place)).collect(),
            }),
            Data::Object(Object { is_map, fields, rest, .. }) => {
                let fields = fields.iter().map(|Field { key, value, .. }| Field {
                    key: key.clone(),
                    key_span: span,
                    value: self.moved_value(value, place),
                });
                Data::Object(Object { is_map: *is_map, header: span, fields: fields.collect(), rest: rest.clone() })
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => data.clone(),
        }
    }

    fn moved_value(&self, value: &Traced<Data>, place: Origin) -> Traced<Data> {
        Traced {
            value: value.value.as_ref().map(|data| self.moved(data, place)),
            origin: Origin::Written(place.span()),
            hops: vec![self.plan_hop.clone()],
        }
    }
}

/// True if a value is compatible with that of the plan.
fn may_be(own: &Traced<Data>, planned: &Traced<Data>) -> bool {
    match (&own.value, &planned.value) {
        (Unknown(_), _) | (_, Unknown(_)) => true,
        (Known(Data::Object(own)), Known(Data::Object(planned))) => own
            .fields
            .iter()
            .all(|field| planned.field(&field.key).is_none_or(|other| may_be(&field.value, &other.value))),
        (Known(Data::List(own)), Known(Data::List(planned))) => {
            own.items.len() == planned.items.len()
                && own.items.iter().all(|item| planned.items.iter().any(|other| may_be(item, other)))
        }
        // The provider may have replaced null by a default, or converted a text.
        (Known(Data::Null), _) | (_, Known(Data::Null)) => true,
        (Known(own), Known(planned)) => unquoted(own) == unquoted(planned),
    }
}

fn fits(own: &Traced<Data>, place: Option<&Traced<Data>>) -> bool {
    place.is_some_and(|planned| may_be(own, planned))
}

/// A primitive value as text, because Terraform converts primitive types.
fn unquoted(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => data.shown(),
    }
}
