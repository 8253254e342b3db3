// What the whole system is compared with: nothing but ONNX Runtime, with its default options, running the
// published model file over and over. No photo is fetched, decoded, cut out, encoded or stored.
//
//   bare_loop MODEL.onnx RUNS    prints {"images": RUNS, "seconds": S}
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include <onnxruntime_cxx_api.h>

namespace {

constexpr std::int64_t kSide = 1024;
// The second run is slow too: the runtime's memory pattern is made in the first.
constexpr int kWarmUpRuns = 2;

std::vector<float> random_picture() {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> sample(-0.5F, 0.5F);
  std::vector<float> values(3 * kSide * kSide);
  for (float& value : values) value = sample(random);
  return values;
}

double seconds_for(const char* model, int runs) {
  const Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "bare_loop");
  Ort::Session session(env, model, Ort::SessionOptions());
  Ort::AllocatorWithDefaultOptions allocator;
  const auto input_name = session.GetInputNameAllocated(0, allocator);
  const auto output_name = session.GetOutputNameAllocated(0, allocator);
  const char* const inputs[] = {input_name.get()};
  const char* const outputs[] = {output_name.get()};

  std::vector<float> picture = random_picture();
  const std::int64_t shape[] = {1, 3, kSide, kSide};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const auto input = Ort::Value::CreateTensor<float>(memory, picture.data(), picture.size(), shape, 4);

  const auto run = [&] { session.Run(Ort::RunOptions(), inputs, &input, 1, outputs, 1); };
  for (int i = 0; i < kWarmUpRuns; ++i) run();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < runs; ++i) run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc == 3 ? std::atoi(argv[2]) : 0;
  if (runs < 1) {
    std::cerr << "usage: bare_loop MODEL.onnx RUNS\n";
    return 2;
  }
  try {
    std::cout << R"({"images": )" << runs << R"(, "seconds": )" << seconds_for(argv[1], runs) << "}"
              << std::endl;
    return 0;
  } catch (const Ort::Exception& e) {
    std::cerr << "bare_loop: " << e.what() << '\n';
    return 1;
  }
}
