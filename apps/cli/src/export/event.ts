import { PbfWriter } from 'pbf';
import type { Point } from './series.js';

// The numbers are those of the fields in TensorFlow's event.proto, summary.proto and tensor.proto.

/** The first event of a file: the version of its form. */
export const versionEvent = (wallTime: number): Uint8Array =>
  event(wallTime, 0, (pbf) => pbf.writeStringField(3, 'brain.Event:2'));

/** A number at a step. TensorBoard keeps single precision. */
export const scalarEvent = ({ metric, value, step, wallTime }: Point): Uint8Array =>
  summaryEvent(wallTime, step, metric, (pbf) => pbf.writeFloatField(2, value));

/** A text in Markdown. */
export const textEvent = (wallTime: number, tag: string, text: string): Uint8Array =>
  summaryEvent(wallTime, 0, tag, (pbf) => {
    message(pbf, 8, () => writeStringTensor(text, pbf));
    message(pbf, 9, () => message(pbf, 1, () => pbf.writeStringField(1, 'text'))); // the plugin that shows it
  });

const DT_STRING = 7;

function writeStringTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DT_STRING);
  message(pbf, 2, () => message(pbf, 2, () => pbf.writeVarintField(1, 1))); // shape [1]
  pbf.writeBytesField(8, Buffer.from(text));
}

const summaryEvent = (wallTime: number, step: number, tag: string, write: (pbf: PbfWriter) => void) =>
  event(wallTime, step, (pbf) =>
    message(pbf, 5, () =>
      message(pbf, 1, () => {
        pbf.writeStringField(1, tag);
        write(pbf);
      }),
    ),
  );

function event(wallTime: number, step: number, write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallTime);
  pbf.writeVarintField(2, step);
  write(pbf);
  return pbf.finish();
}

const message = (pbf: PbfWriter, field: number, write: () => void) => pbf.writeMessage(field, write, undefined);
