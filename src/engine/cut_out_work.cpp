#include "engine/cut_out_work.hpp"

#include <utility>

#include <boost/json.hpp>

#include "engine/cut_out_order.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

// Progress after each step, in percent; the model takes most of the time.
int percent_after(CutOutPipeline::Step step) {
  switch (step) {
    case CutOutPipeline::Step::decoded:
      return 20;
    case CutOutPipeline::Step::segmented:
      return 70;
    case CutOutPipeline::Step::composed:
      return 85;
  }
  return kFetchedPercent;
}

std::string extension_of(imaging::Format format) {
  return format == imaging::Format::jpeg ? "jpg" : std::string(imaging::to_string(format));
}

json::object facts_to_json(const CutOutFacts& facts) {
  json::object out{{"width", facts.size.width},
                   {"height", facts.size.height},
                   {"format", imaging::to_string(facts.format)},
                   {"bytes", facts.bytes},
                   {"model", facts.model}};
  if (const auto& box = facts.foreground_box)
    out["foregroundBox"] = {{"x", box->x}, {"y", box->y}, {"width", box->width}, {"height", box->height}};
  return out;
}

}  // namespace

std::string CutOutWork::cache_key(const Payload& payload) const {
  return pipeline_.model() + " " + json::serialize(options_to_json(cut_out_options_from(payload.work)));
}

boost::asio::awaitable<Result<MadeFiles>> CutOutWork::run(Bytes photo, const Payload& payload,
                                                          PhotoRun& run) {
  const imaging::CutOutOptions options = cut_out_options_from(payload.work);
  auto cut = co_await pipeline_.run(std::move(photo), options, run.stop, run.times,
                                    [&run](CutOutPipeline::Step step) { run.report(percent_after(step)); });
  if (!cut) co_return cut.error();
  MadeFiles made;
  made.facts = facts_to_json(cut->facts);
  made.files.push_back(
      {.name = {}, .extension = extension_of(cut->facts.format), .bytes = std::move(cut->file)});
  co_return made;
}

}  // namespace cutroom::engine
